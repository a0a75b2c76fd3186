-- Money that went back to customers, as the storefront's balance knows it, against the refund transactions built.
-- A refund that was pending may keep the time at which it was made: it counts when its tender moved. The tender of an
-- order that was deleted loses the order's name, and nothing can be read of its refunds: neither side counts them.
-- Where no money passes, as by a gift card, no tender is missed; what has one all the same stands beside it.
{% set without_tender -%}
    payments.gateway in ({{ literals(var("gateways_without_tender")) }})
{%- endset %}
with

deleted_orders as (

    select * from {{ ref('stg_shopify__deleted_orders') }}

),

tender as (

    select
        store,
        order_id,
        currency,
        {{ to_minor('-amount', 'currency') }} as amount_minor,
        processed_at as moved_at,
        tender_transaction_id

    from {{ ref('stg_shopify__tender_transactions') }} as transactions

    where
        not is_test
        and order_id is not null
        and not exists (
            select 1
            from deleted_orders
            where
                transactions.store = deleted_orders.store
                and transactions.order_id = deleted_orders.order_id
        )

),

given_back as (

    select
        *,
        row_number() over (
            partition by store, order_id, currency, amount_minor
            order by moved_at, tender_transaction_id
        ) as occurrence

    from tender

    where amount_minor > 0

),

money_back as (

    select
        store,
        currency,
        {{ month_of(store_date('moved_at', 'store')) }} as period,
        1 as document_count,
        amount_minor

    from given_back

    where moved_at <= {{ as_of() }}

),

-- Tender is in one currency, the shop's or the customer's: an order's refunds are compared in that of its tender.
tender_currencies as (

    select
        store,
        order_id,
        min(currency) as currency

    from tender

    group by store, order_id

),

payments_in_tender as (

    select
        payments.store,
        refunds.order_id,
        payments.currency,
        payments.amount_minor,
        payments.processed_at,
        {{ without_tender }} as is_without_tender,
        row_number() over (
            partition by payments.store, refunds.order_id, payments.currency, payments.amount_minor
            order by case when {{ without_tender }} then 1 else 0 end, payments.processed_at, payments.payment_id
        ) as occurrence

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

    left join deleted_orders
        on
            refunds.store = deleted_orders.store
            and refunds.order_id = deleted_orders.order_id

    where
        payments.payment_status = 'success'
        and deleted_orders.order_id is null
        and payments.amount_minor <> 0
        and payments.currency = coalesce(tender_currencies.currency, orders.shop_currency)
        -- A store whose tender cannot be read has no witness here.
        and payments.store in (select tender.store from tender)

),

refund_payments as (

    select
        payments.store,
        payments.currency,
        {{ month_of(store_date('coalesce(given_back.moved_at, payments.processed_at)', 'payments.store')) }} as period,
        1 as document_count,
        payments.amount_minor

    from payments_in_tender as payments

    left join given_back
        on
            payments.store = given_back.store
            and payments.order_id = given_back.order_id
            and payments.currency = given_back.currency
            and payments.amount_minor = given_back.amount_minor
            and payments.occurrence = given_back.occurrence

    where
        coalesce(given_back.moved_at, payments.processed_at) <= {{ as_of() }}
        and (given_back.moved_at is not null or not payments.is_without_tender)

)

{{ tie_out('tender_transactions', 'storefront', 'money_back', 'refund_payments') }}
