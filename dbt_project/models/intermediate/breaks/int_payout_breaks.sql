-- What the customer should have got against what the processor says it paid out.
with

variances as (

    select * from {{ ref('fct_refund_variance') }}

),

lifecycle as (

    select * from {{ ref('fct_return_lifecycle') }}

),

payments_summed_to_case as (

    select
        refunds.case_key,
        payments.currency,
        sum(case when payments.payment_status in ('failure', 'error') then payments.amount_minor else 0 end)
            as failed_minor,
        max(case when payments.payment_status in ('failure', 'error') then payments.processed_at end) as failed_at,
        min(case when payments.payment_status in ('pending', 'awaiting_response') then payments.processed_at end)
            as pending_since

    from {{ ref('int_case_refunds') }} as refunds

    inner join {{ ref('int_storefront_refund_payments') }} as payments
        on
            refunds.store = payments.store
            and refunds.refund_id = payments.refund_id

    group by refunds.case_key, payments.currency

),

unequal as (

    select
        variances.case_key,
        variances.payout_variance_amount,
        lifecycle.payout_status,
        lifecycle.refunded_at,
        payments.failed_at,
        payments.pending_since,
        {{ from_minor('payments.failed_minor', 'variances.currency') }} as failed_amount,
        payments.pending_since is not null
        and {{ days_between('payments.pending_since', as_of()) }} <= {{ var('grace_days') }} as is_in_flight

    from variances

    inner join lifecycle on variances.case_key = lifecycle.case_key

    inner join payments_summed_to_case as payments
        on
            variances.case_key = payments.case_key
            and variances.currency = payments.currency

    where variances.payout_variance_amount <> 0

),

final as (

    select
        case_key,
        'payout' as subject,
        cast(null as {{ text_type() }}) as order_line_id,
        case
            when payout_status = 'failed' then 'refund_failed'
            when is_in_flight then 'not_due'
            else 'unexplained'
        end as break_type,
        case when payout_status = 'failed' then 'failed_refund' else 'refund' end as opens,
        -- Attempts at the same money count once.
        case
            when payout_status = 'failed' then least(failed_amount, -payout_variance_amount)
            else abs(payout_variance_amount)
        end as amount,
        case when payout_status = 'failed' then failed_at else coalesce(pending_since, refunded_at) end as due_at

    from unequal

)

select * from final
