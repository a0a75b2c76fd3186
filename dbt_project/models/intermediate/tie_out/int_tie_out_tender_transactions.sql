-- Money that went back to customers, as the storefront's balance knows it, against the refund transactions built.
with

tender as (

    select
        store,
        order_id,
        currency,
        {{ month_of(store_date('processed_at', 'store')) }} as period,
        1 as document_count,
        {{ to_minor('-amount', 'currency') }} as amount_minor

    from {{ ref('stg_shopify__tender_transactions') }}

    where
        not is_test
        and processed_at <= {{ as_of() }}

),

money_back as (

    select * from tender
    where amount_minor > 0

),

-- Tender is in one currency, the shop's or the customer's: an order's refunds are compared in that of its tender.
tender_currencies as (

    select
        store,
        order_id,
        min(currency) as currency

    from tender

    where order_id is not null

    group by store, order_id

),

refund_payments as (

    select
        payments.store,
        payments.currency,
        {{ month_of(store_date('payments.processed_at', 'payments.store')) }} as period,
        1 as document_count,
        payments.amount_minor

    from {{ ref('int_storefront_refund_payments') }} as payments

    inner join {{ ref('int_storefront_refunds') }} as refunds
        on
            payments.store = refunds.store
            and payments.refund_id = refunds.refund_id

    inner join {{ ref('int_storefront_orders') }} as orders
        on
            refunds.store = orders.store
            and refunds.order_id = orders.order_id

    left join tender_currencies
        on
            refunds.store = tender_currencies.store
            and refunds.order_id = tender_currencies.order_id

    where
        payments.payment_status = 'success'
        and payments.gateway not in ({{ literals(var("gateways_without_tender")) }})
        and payments.amount_minor <> 0
        and payments.currency = coalesce(tender_currencies.currency, orders.shop_currency)
        -- A store whose tender cannot be read has no witness here.
        and payments.store in (select tender.store from tender)

)

{{ tie_out('tender_transactions', 'storefront', 'money_back', 'refund_payments') }}
