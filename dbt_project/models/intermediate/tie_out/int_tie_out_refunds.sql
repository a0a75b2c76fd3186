-- Each refund's own total, against the refunds in cases and the transactions that carried them.
with

orders as (

    select * from {{ ref('int_storefront_orders') }}

),

-- A refund's own total knows no clock: one that was paid after it, even in part, is compared later.
paid_later as (

    select distinct
        store,
        refund_id

    from {{ ref('stg_shopify__refund_payments') }}

    where processed_at > {{ as_of() }}

),

refund_totals as (

    select
        refunds.store,
        orders.shop_currency as currency,
        {{ month_of(store_date('refunds.refunded_at', 'refunds.store')) }} as period,
        1 as document_count,
        {{ to_minor('coalesce(refunds.total_refunded_amount, 0)', 'orders.shop_currency') }} as amount_minor

    from {{ ref('stg_shopify__refunds') }} as refunds

    inner join orders
        on
            refunds.store = orders.store
            and refunds.order_id = orders.order_id

    left join paid_later
        on
            refunds.store = paid_later.store
            and refunds.refund_id = paid_later.refund_id

    where
        refunds.refunded_at <= {{ as_of() }}
        and paid_later.refund_id is null

),

paid as (

    select
        store,
        refund_id,
        currency,
        sum(amount_minor) as amount_minor

    from {{ ref('int_storefront_refund_payments') }}

    where payment_status = 'success'

    group by store, refund_id, currency

),

refunds_in_cases as (

    select
        refunds.store,
        orders.shop_currency as currency,
        {{ month_of(store_date('refunds.refunded_at', 'refunds.store')) }} as period,
        1 as document_count,
        coalesce(paid.amount_minor, 0) as amount_minor

    from {{ ref('int_case_refunds') }} as refunds

    inner join orders
        on
            refunds.store = orders.store
            and refunds.order_id = orders.order_id

    left join paid
        on
            refunds.store = paid.store
            and refunds.refund_id = paid.refund_id
            and orders.shop_currency = paid.currency

    left join paid_later
        on
            refunds.store = paid_later.store
            and refunds.refund_id = paid_later.refund_id

    where paid_later.refund_id is null

)

{{ tie_out('refunds', 'storefront', 'refund_totals', 'refunds_in_cases') }}
