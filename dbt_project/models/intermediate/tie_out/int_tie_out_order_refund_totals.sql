-- Each order's own total of what was refunded, against the refund transactions that landed for it.
with

orders as (

    select * from {{ ref('stg_shopify__orders') }}

),

order_totals as (

    select
        store,
        shop_currency as currency,
        'all' as period,
        case when total_refunded_amount <> 0 then 1 else 0 end as document_count,
        {{ to_minor('coalesce(total_refunded_amount, 0)', 'shop_currency') }} as amount_minor

    from orders

),

orders_refunded as (

    select
        orders.store,
        orders.shop_currency as currency,
        'all' as period,
        count(distinct orders.order_id) as document_count,
        sum({{ to_minor('payments.amount_set.shopMoney.amount', 'orders.shop_currency') }}) as amount_minor

    from {{ ref('stg_shopify__refund_payments') }} as payments

    inner join {{ ref('stg_shopify__refunds') }} as refunds
        on
            payments.store = refunds.store
            and payments.refund_id = refunds.refund_id

    inner join orders
        on
            refunds.store = orders.store
            and refunds.order_id = orders.order_id

    where
        payments.payment_status = 'success'
        and payments.amount_set.shopMoney.amount <> 0

    group by orders.store, orders.shop_currency

)

{{ tie_out('order_refund_totals', 'storefront', 'order_totals', 'orders_refunded') }}
