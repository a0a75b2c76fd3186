-- Question 1: does the refund come to the same in the storefront, at the bank and in the ERP?
-- What is still inside its grace period is not asked yet.
with

variances as (

    select * from {{ ref('fct_refund_variance') }}

),

lifecycle as (

    select * from {{ ref('fct_return_lifecycle') }}

),

asked as (

    select
        variances.store,
        variances.currency,
        lifecycle.is_promotional,
        lifecycle.is_partial,
        greatest(variances.storefront_amount, coalesce(variances.erp_amount, 0), 0) as case_amount,
        greatest(
            abs(coalesce(variances.variance_amount, variances.storefront_amount)),
            abs(coalesce(variances.payout_variance_amount, 0))
        ) as gap_amount,
        variances.root_cause in ('none', 'rounding')
        and coalesce(variances.payout_variance_amount, 0) = 0 as is_matched

    from variances

    inner join lifecycle on variances.case_key = lifecycle.case_key

    where variances.root_cause not in ('not_due', 'awaiting_credit_memo', 'awaiting_refund')

),

{% set cuts = {
    'refunds_match': 'true',
    'refunds_match_promotional': 'is_promotional',
    'refunds_match_partial': 'is_partial',
} %}

cuts as (

    {% for question, condition in cuts.items() %}
        select
            '{{ question }}' as question,
            *
        from asked
        where {{ condition }}
        {% if not loop.last %}union all{% endif %}
    {% endfor %}

),

final as (

    select
        question,
        store,
        currency,
        sum(case when is_matched then 1 else 0 end) as numerator,
        count(*) as denominator,
        sum(case when is_matched then case_amount else 0 end) as numerator_amount,
        sum(case_amount) as denominator_amount,
        sum(case when is_matched then 0 else gap_amount end) as amount

    from cuts

    group by question, store, currency

)

select * from final
