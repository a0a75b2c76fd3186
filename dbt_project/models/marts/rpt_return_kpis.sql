{% set families = ['returned_units', 'refund_payments', 'durations', 'variances', 'exposures', 'shares'] %}
with

measures as (

    {% for family in families %}
        select
            kpi,
            store,
            currency,
            period,
            basis,
            cast(numerator as decimal(18, 3)) as numerator,
            cast(denominator as decimal(18, 3)) as denominator,
            cast(measured as decimal(18, 4)) as measured,
            cast(amount as decimal(18, 3)) as amount
        from {{ ref('int_kpi_' ~ family) }}
        {% if not loop.last %}union all{% endif %}
    {% endfor %}

),

final as (

    select
        kpi,
        store,
        currency,
        period,
        basis,
        numerator,
        denominator,
        measured as value,
        amount

    from measures

)

select * from final
