-- Money at risk as of the build: leaked, on sale uninspected, paid for nothing, owed to customers.
with

variances as (

    select * from {{ ref('fct_refund_variance') }}

),

lifecycle as (

    select * from {{ ref('fct_return_lifecycle') }}

),

duplicates as (

    select * from {{ ref('int_case_duplicates') }}

),

exposures as (

    select * from {{ ref('fct_restock_exposure') }}

),

cases as (

    select
        variances.store,
        variances.currency,
        lifecycle.kind,
        variances.paid_amount,
        -- A customer who took something dearer is owed nothing, and was not overpaid.
        greatest(variances.expected_amount - variances.exchange_amount, 0) as owed_amount,
        variances.paid_amount > 0
        and lifecycle.received_at is null
        and lifecycle.inspection_status <> 'not_required' as is_paid_for_nothing,
        lifecycle.refunded_at,
        lifecycle.inspection_status = 'done' and lifecycle.passed_quantity > 0 as is_passed,
        lifecycle.payout_status <> 'not_required' and lifecycle.current_stage not in ('declined', 'cancelled')
            as is_payable,
        case
            when lifecycle.credited_at is not null and variances.erp_amount is not null
                then
                    least(
                        greatest(variances.paid_amount - (variances.erp_amount - variances.exchange_amount), 0),
                        variances.paid_amount
                    )
            else 0
        end as overpaid_amount,
        least(coalesce(duplicates.excess_amount, 0), variances.paid_amount) as duplicate_amount,
        {{ days_between('lifecycle.refunded_at', as_of()) }} >= {{ var('no_receipt_days') }} as is_long_ago

    from variances

    inner join lifecycle on variances.case_key = lifecycle.case_key

    left join duplicates
        on
            variances.case_key = duplicates.case_key
            and variances.root_cause = 'duplicate_refund'

),

measured as (

    select
        'refund_leakage' as kpi,
        store,
        currency,
        sum(greatest(
            overpaid_amount, duplicate_amount, case when is_paid_for_nothing and is_long_ago then paid_amount else 0 end
        )) as numerator,
        sum(paid_amount) as denominator

    from cases

    group by store, currency

    union all

    select
        'refunded_not_received' as kpi,
        store,
        currency,
        sum(case when is_paid_for_nothing then paid_amount else 0 end) as numerator,
        sum(paid_amount) as denominator

    from cases

    where kind = 'return'

    group by store, currency

    union all

    select
        'received_not_refunded' as kpi,
        store,
        currency,
        sum(case when is_payable and paid_amount = 0 then owed_amount else 0 end) as numerator,
        sum(owed_amount) as denominator

    from cases

    where
        is_passed
        and kind = 'return'

    group by store, currency

),

final as (

    select
        kpi,
        store,
        currency,
        'all' as period,
        'as_of' as basis,
        numerator,
        denominator,
        {{ rate('numerator', 'denominator') }} as measured,
        numerator as amount

    from measured

    union all

    select
        'uninspected_exposure' as kpi,
        store,
        currency,
        'all' as period,
        'as_of' as basis,
        sum(open_amount) as numerator,
        sum(open_quantity) as denominator,
        cast(sum(open_amount) as decimal(18, 4)) as measured,
        sum(open_amount) as amount

    from exposures

    where open_quantity > 0

    group by store, currency

)

select * from final
