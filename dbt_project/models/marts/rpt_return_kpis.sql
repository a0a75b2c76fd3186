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

definitions as (

    select * from {{ ref('kpi_definitions') }}

),

final as (

    select
        measures.kpi,
        definitions.title,
        measures.store,
        measures.currency,
        measures.period,
        measures.basis,
        measures.numerator,
        measures.denominator,
        measures.measured as value,
        measures.amount

    from measures

    left join definitions on measures.kpi = definitions.kpi

)

select * from final
