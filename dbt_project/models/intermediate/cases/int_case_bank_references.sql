with

payments as (

    select
        refunds.case_key,
        payments.bank_reference,
        row_number() over (
            partition by refunds.case_key
            order by payments.processed_at, payments.payment_id
        ) as payment_number

    from {{ changed('int_storefront_refund_payments') }} as payments

    inner join {{ changed('int_case_refunds') }} as refunds
        on
            payments.store = refunds.store
            and payments.refund_id = refunds.refund_id

    where
        payments.is_shop_money
        and payments.payment_status = 'success'

),

first_payments as (

    select
        case_key,
        bank_reference

    from payments

    where payment_number = 1

)

select * from first_payments
