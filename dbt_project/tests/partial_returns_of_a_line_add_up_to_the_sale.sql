{# Odd cents over two to seven units, returned one by one or all at once: the shares add up either way. #}
with

amounts as (

    {% for amount in [1, 5, 99, 250, 333, 1001, 2079, 123457, -333, 0] %}
        select {{ amount }} as amount_minor
        {% if not loop.last %}union all{% endif %}
    {% endfor %}

),

unit_counts as (

    {% for units in range(2, 8) %}
        select {{ units }} as unit_count
        {% if not loop.last %}union all{% endif %}
    {% endfor %}

),

taken as (

    {% for quantity in range(0, 7) %}
        select {{ quantity }} as taken_quantity
        {% if not loop.last %}union all{% endif %}
    {% endfor %}

),

shares as (

    select
        amounts.amount_minor,
        unit_counts.unit_count,
        {{ share('amounts.amount_minor', 'taken.taken_quantity', '1', 'unit_counts.unit_count') }} as share_minor

    from amounts

    cross join unit_counts

    inner join taken on unit_counts.unit_count > taken.taken_quantity

)

select
    amount_minor,
    unit_count,
    sum(share_minor) as shares_minor
from shares
group by amount_minor, unit_count
having sum(share_minor) <> amount_minor
