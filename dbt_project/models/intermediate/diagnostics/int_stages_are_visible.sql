-- Question 3: can support see every stage? A declined or cancelled return has no stage that the ERP would know.
with

lifecycle as (

    select * from {{ ref('fct_return_lifecycle') }}

),

variances as (

    select * from {{ ref('fct_refund_variance') }}

),

cases as (

    select
        lifecycle.store,
        lifecycle.currency,
        lifecycle.is_storefront_complete,
        lifecycle.is_falsely_complete,
        lifecycle.link_method in ('explicit', 'order_lines')
        or lifecycle.current_stage in ('declined', 'cancelled') as is_known,
        greatest(variances.storefront_amount, coalesce(variances.erp_amount, 0), 0) as case_amount

    from lifecycle

    inner join variances on lifecycle.case_key = variances.case_key

),

final as (

    select
        'stages_are_visible' as question,
        store,
        currency,
        sum(case when is_known then 1 else 0 end) as numerator,
        count(*) as denominator,
        sum(case when is_known then case_amount else 0 end) as numerator_amount,
        sum(case_amount) as denominator_amount,
        sum(case when is_known then 0 else case_amount end) as amount

    from cases

    group by store, currency

    union all

    select
        'completion_is_true' as question,
        store,
        currency,
        sum(case when is_falsely_complete then 0 else 1 end) as numerator,
        count(*) as denominator,
        sum(case when is_falsely_complete then 0 else case_amount end) as numerator_amount,
        sum(case_amount) as denominator_amount,
        sum(case when is_falsely_complete then case_amount else 0 end) as amount

    from cases

    where is_storefront_complete

    group by store, currency

)

select * from final
