-- Where two or three sides state an amount: how far they are apart, net and gross, because net hides what cancels.
with

variances as (

    select * from {{ ref('fct_refund_variance') }}

    where root_cause <> 'currency_mismatch'

),

lifecycle as (

    select * from {{ ref('fct_return_lifecycle') }}

),

-- A side is present once it has its document, and the processor once it paid.
sides as (

    select
        variances.store,
        variances.currency,
        {{ store_month('greatest(lifecycle.refunded_at, lifecycle.credited_at)', 'variances.store') }} as period,
        variances.variance_amount,
        lifecycle.credited_at is not null as is_credited,
        variances.paid_amount > 0 as is_paid,
        variances.storefront_amount - variances.exchange_amount as storefront_side,
        case when variances.paid_amount > 0 then variances.paid_amount end as bank_side,
        case when lifecycle.credited_at is not null then variances.erp_amount - variances.exchange_amount end
            as erp_side

    from variances

    inner join lifecycle on variances.case_key = lifecycle.case_key

    where lifecycle.refunded_at is not null

),

cases as (

    select
        *,
        bank_side - erp_side as bank_amount,
        greatest(storefront_side, bank_side, erp_side) - least(storefront_side, bank_side, erp_side) as widest_amount

    from sides

),

{% set measures = {
    'refund_variance_net': ('variance_amount', 'is_credited', 'variance_amount'),
    'refund_variance_gross': ('abs(variance_amount)', 'is_credited', 'variance_amount'),
    'refund_variance_count': ('case when variance_amount <> 0 then 1 else 0 end', 'is_credited', 'variance_amount'),
    'bank_variance_net': ('bank_amount', 'is_credited and is_paid', 'bank_amount'),
    'bank_variance_gross': ('abs(bank_amount)', 'is_credited and is_paid', 'bank_amount'),
    'three_way_variance': ('widest_amount', '(is_credited or is_paid)', 'widest_amount'),
} %}

final as (

    {% for kpi, (measure, condition, gap) in measures.items() %}
        select
            '{{ kpi }}' as kpi,
            store,
            currency,
            period,
            'activity' as basis,
            cast(sum({{ measure }}) as decimal(18, 3)) as numerator,
            count(*) as denominator,
            cast(sum({{ measure }}) as decimal(18, 4)) as measured,
            cast(sum(abs({{ gap }})) as decimal(18, 3)) as amount
        from cases
        where {{ condition }}
        group by store, currency, period
        {% if not loop.last %}union all{% endif %}
    {% endfor %}

)

select * from final
