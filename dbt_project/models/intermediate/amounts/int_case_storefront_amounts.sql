with

refunds as (

    select * from {{ changed('int_case_refunds') }}

),

case_currencies as (

    select * from {{ changed('int_case_currencies') }}

),

summed_to_case as (

    select
        refunds.case_key,
        count(*) as refund_count,
        min(refunds.refunded_at) as refunded_at,
        sum(amounts.shipping_minor) as shipping_minor,
        sum(amounts.adjustment_minor) as adjustment_minor

    from refunds

    inner join case_currencies on refunds.case_key = case_currencies.case_key

    left join {{ changed('int_storefront_refund_amounts') }} as amounts
        on
            refunds.store = amounts.store
            and refunds.refund_id = amounts.refund_id
            and case_currencies.currency = amounts.currency

    group by refunds.case_key

),

payments as (

    select
        refunds.case_key,
        payments.payment_status,
        payments.amount_minor,
        payments.is_settlement_tracked,
        payments.payment_id,
        payments.processed_at,
        settlements.settled_minor,
        settlements.settled_at,
        payments.payment_status = 'success'
        and payments.is_settlement_tracked
        and settlements.settled_at is not null
        and settlements.settled_minor is null as is_settled_in_another_currency

    from {{ changed('int_storefront_refund_payments') }} as payments

    inner join refunds
        on
            payments.store = refunds.store
            and payments.refund_id = refunds.refund_id

    inner join case_currencies
        on
            refunds.case_key = case_currencies.case_key
            and payments.currency = case_currencies.currency

    left join {{ changed('int_storefront_refund_settlements') }} as settlements
        on
            payments.store = settlements.store
            and payments.payment_id = settlements.payment_id
            and payments.currency = settlements.currency

),

payments_summed_to_case as (

    select
        case_key,
        count(*) as payment_count,
        sum(case when payment_status = 'success' then amount_minor else 0 end) as paid_minor,
        case
            when max(case when is_settled_in_another_currency then 1 else 0 end) = 0
                then
                    sum(
                        case
                            when payment_status = 'success' and is_settlement_tracked then coalesce(settled_minor, 0)
                        end
                    )
        end as settled_minor,
        max(case when payment_status in ('pending', 'awaiting_response') then 1 else 0 end) = 1
            as has_pending_payment,
        max(case when payment_status in ('failure', 'error') then 1 else 0 end) = 1 as has_failed_payment,
        min(case when payment_status = 'success' then processed_at end) as first_paid_at,
        max(case when payment_status = 'success' then processed_at end) as last_paid_at,
        min(case when payment_status = 'success' and is_settlement_tracked then settled_at end) as settled_at

    from payments

    group by case_key

),

final as (

    select
        summed_to_case.*,
        coalesce(payments_summed_to_case.payment_count, 0) as payment_count,
        coalesce(payments_summed_to_case.paid_minor, 0) as paid_minor,
        payments_summed_to_case.settled_minor,
        coalesce(payments_summed_to_case.has_pending_payment, false) as has_pending_payment,
        coalesce(payments_summed_to_case.has_failed_payment, false) as has_failed_payment,
        payments_summed_to_case.first_paid_at,
        payments_summed_to_case.last_paid_at,
        payments_summed_to_case.settled_at

    from summed_to_case

    left join payments_summed_to_case on summed_to_case.case_key = payments_summed_to_case.case_key

)

select * from final
