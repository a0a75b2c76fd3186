with

payments as (

    select
        payments.store,
        payments.refund_id,
        payments.payment_id,
        payments.payment_number,
        payments.gateway,
        payments.payment_status,
        payments.amount_set,
        payments.processed_at,
        bank_references.bank_reference,
        orders.shop_currency,
        orders.presentment_currency

    from {{ changed('stg_shopify__refund_payments') }} as payments

    inner join {{ changed('int_storefront_refunds') }} as refunds
        on
            payments.store = refunds.store
            and payments.refund_id = refunds.refund_id

    inner join {{ changed('int_storefront_orders') }} as orders
        on
            refunds.store = orders.store
            and refunds.order_id = orders.order_id

    left join {{ ref('stg_shopify__bank_references') }} as bank_references
        on
            payments.store = bank_references.store
            and payments.payment_id = bank_references.payment_id

    where payments.processed_at <= {{ as_of() }}

),

payments_in_each_currency as (

    {{ in_each_currency('payments') }}

),

amounts as (

    select
        store,
        refund_id,
        payment_id,
        payment_number,
        gateway,
        payment_status,
        bank_reference,
        currency,
        is_shop_money,
        {{ minor_of('amount_set') }} as amount_minor,
        gateway in ({{ literals(var("settlement_gateways")) }}) as is_settlement_tracked,
        processed_at

    from payments_in_each_currency

)

select * from amounts
