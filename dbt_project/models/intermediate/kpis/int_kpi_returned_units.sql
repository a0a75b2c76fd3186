-- Unit and value return rate, by the month of the order (cohort) and by the month of the receipt (activity).
with

entries as (

    {% for basis, month in {'cohort': 'sold_in', 'activity': 'received_in'}.items() %}
        select
            '{{ basis }}' as basis,
            store,
            currency,
            sold_in as period,
            sold_quantity,
            sold_minor,
            0 as returned_quantity,
            0 as returned_minor
        from {{ ref('int_order_units_sold') }}
        union all
        select
            '{{ basis }}' as basis,
            store,
            currency,
            {{ month }} as period,
            0 as sold_quantity,
            0 as sold_minor,
            returned_quantity,
            returned_minor
        from {{ ref('int_case_units_received') }}
        {% if not loop.last %}union all{% endif %}
    {% endfor %}

),

summed_to_period as (

    select
        basis,
        store,
        currency,
        period,
        sum(sold_quantity) as sold_quantity,
        sum(returned_quantity) as returned_quantity,
        {{ from_minor('sum(sold_minor)', 'currency') }} as sold_amount,
        {{ from_minor('sum(returned_minor)', 'currency') }} as returned_amount

    from entries

    group by basis, store, currency, period

),

final as (

    select
        'unit_return_rate' as kpi,
        store,
        currency,
        period,
        basis,
        returned_quantity as numerator,
        sold_quantity as denominator,
        {{ rate('returned_quantity', 'sold_quantity') }} as measured,
        returned_amount as amount

    from summed_to_period

    union all

    select
        'value_return_rate' as kpi,
        store,
        currency,
        period,
        basis,
        returned_amount as numerator,
        sold_amount as denominator,
        {{ rate('returned_amount', 'sold_amount') }} as measured,
        returned_amount as amount

    from summed_to_period

)

select * from final
