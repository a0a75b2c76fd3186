-- Where two or three sides state an amount: how far they are apart, net and gross, because net hides what cancels.
with

variances as (

    select * from {{ ref('fct_refund_variance') }}

    where root_cause <> 'currency_mismatch'

),

lifecycle as (

    select * from {{ ref('fct_return_lifecycle') }}

),

cases as (

    select
        variances.store,
        variances.currency,
        {{ store_month('greatest(lifecycle.refunded_at, lifecycle.credited_at)', 'variances.store') }} as period,
        variances.variance_amount,
        variances.paid_amount - (variances.erp_amount - variances.exchange_amount) as bank_amount,
        variances.paid_amount > 0 as is_paid,
        greatest(
            variances.storefront_amount - variances.exchange_amount,
            variances.paid_amount,
            variances.erp_amount - variances.exchange_amount
        )
        - least(
            variances.storefront_amount - variances.exchange_amount,
            variances.paid_amount,
            variances.erp_amount - variances.exchange_amount
        ) as widest_amount

    from variances

    inner join lifecycle on variances.case_key = lifecycle.case_key

    where
        lifecycle.refunded_at is not null
        and lifecycle.credited_at is not null

),

{% set measures = {
    'refund_variance_net': ('variance_amount', 'true'),
    'refund_variance_gross': ('abs(variance_amount)', 'true'),
    'refund_variance_count': ('case when variance_amount <> 0 then 1 else 0 end', 'true'),
    'bank_variance_net': ('bank_amount', 'is_paid'),
    'bank_variance_gross': ('abs(bank_amount)', 'is_paid'),
    'three_way_variance': ('widest_amount', 'is_paid'),
} %}

final as (

    {% for kpi, (measure, condition) in measures.items() %}
        select
            '{{ kpi }}' as kpi,
            store,
            currency,
            period,
            'activity' as basis,
            cast(sum({{ measure }}) as decimal(18, 3)) as numerator,
            count(*) as denominator,
            cast(sum({{ measure }}) as decimal(18, 4)) as measured,
            cast(sum(abs(variance_amount)) as decimal(18, 3)) as amount
        from cases
        where {{ condition }}
        group by store, currency, period
        {% if not loop.last %}union all{% endif %}
    {% endfor %}

)

select * from final
