-- What the processor took from the account against what it says it paid out. Gift cards and store credit beside it are
-- none of its money.
with

variances as (

    select * from {{ ref('fct_refund_variance') }}

),

payments as (

    select
        refunds.case_key,
        payments.currency,
        payments.processed_at,
        payments.amount_minor,
        settlements.settled_at,
        settlements.fee_minor

    from {{ ref('int_case_refunds') }} as refunds

    inner join {{ ref('int_storefront_refund_payments') }} as payments
        on
            refunds.store = payments.store
            and refunds.refund_id = payments.refund_id

    left join {{ ref('int_storefront_refund_settlements') }} as settlements
        on
            payments.store = settlements.store
            and payments.payment_id = settlements.payment_id
            and payments.currency = settlements.currency

    where
        payments.payment_status = 'success'
        and payments.is_settlement_tracked

),

summed_to_case as (

    select
        case_key,
        currency,
        min(case when settled_at is null then processed_at end) as unsettled_since,
        max(coalesce(settled_at, processed_at)) as last_moved_at,
        sum(coalesce(fee_minor, 0)) as fee_minor,
        sum(amount_minor) as paid_minor

    from payments

    group by case_key, currency

),

unequal as (

    select
        variances.case_key,
        variances.settled_amount - {{ from_minor('summed_to_case.paid_minor', 'variances.currency') }} as gap_amount,
        {{ from_minor('summed_to_case.fee_minor', 'variances.currency') }} as fee_amount,
        summed_to_case.unsettled_since,
        summed_to_case.last_moved_at,
        summed_to_case.unsettled_since is not null
        and {{ days_between('summed_to_case.unsettled_since', as_of()) }} <= {{ var('grace_days') }} as is_in_flight

    from variances

    inner join summed_to_case
        on
            variances.case_key = summed_to_case.case_key
            and variances.currency = summed_to_case.currency

    where variances.settled_amount <> {{ from_minor('summed_to_case.paid_minor', 'variances.currency') }}

),

final as (

    select
        case_key,
        'settlement' as subject,
        cast(null as {{ text_type() }}) as order_line_id,
        case
            when is_in_flight then 'not_due'
            when gap_amount = fee_amount then 'fee'
            else 'unexplained'
        end as break_type,
        'refund' as opens,
        abs(gap_amount) as amount,
        coalesce(unsettled_since, last_moved_at) as due_at

    from unequal

)

select * from final
