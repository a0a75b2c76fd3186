with

refunds as (

    select * from {{ changed('stg_shopify__refunds') }}

),

orders as (

    select * from {{ changed('int_storefront_orders') }}

),

returns as (

    select * from {{ changed('int_storefront_returns') }}

),

made_by_as_of as (

    select
        refunds.store,
        refunds.refund_id,
        refunds.order_id,
        returns.return_id,
        refunds.refunded_at

    from refunds

    inner join orders
        on
            refunds.store = orders.store
            and refunds.order_id = orders.order_id

    left join returns
        on
            refunds.store = returns.store
            and refunds.return_id = returns.return_id

    where refunds.refunded_at <= {{ as_of() }}

)

select * from made_by_as_of
