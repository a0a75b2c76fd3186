-- What the processor took for a refund transaction, in each currency the storefront holds that transaction in: it
-- settles in one of them, and a part of the amount there is the same part of the amount here. What settles in a third
-- currency is settled all the same; how much of the amount here that is, nothing says.
with

payments as (

    select * from {{ changed('int_storefront_refund_payments') }}

),

settlements as (

    select * from {{ ref('int_payment_settlements') }}

),

final as (

    select
        payments.store,
        payments.refund_id,
        payments.payment_id,
        payments.payment_number,
        payments.currency,
        case
            when count(*) = count(settled_payments.payment_id)
                then
                    sum({{ ratio(
                        'settlements.settled_minor', 'payments.amount_minor', 'settled_payments.amount_minor'
                    ) }})
        end as settled_minor,
        case
            when count(*) = count(settled_payments.payment_id)
                then
                    sum({{ ratio(
                        'settlements.fee_minor', 'payments.amount_minor', 'settled_payments.amount_minor'
                    ) }})
        end as fee_minor,
        min(settlements.settled_at) as settled_at

    from payments

    inner join settlements
        on
            payments.store = settlements.store
            and payments.payment_number = settlements.payment_number

    left join payments as settled_payments
        on
            payments.store = settled_payments.store
            and payments.payment_id = settled_payments.payment_id
            and settlements.currency = settled_payments.currency

    where payments.amount_minor > 0

    group by
        payments.store,
        payments.refund_id,
        payments.payment_id,
        payments.payment_number,
        payments.currency

)

select * from final
