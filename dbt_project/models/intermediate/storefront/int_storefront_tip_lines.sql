-- A tip is a line of its order like any other, and of its refund; that it is one, the sales ledger alone says.
with

sales as (

    select * from {{ changed('stg_shopify__sales') }}

),

tips as (

    select distinct
        store,
        order_id,
        order_line_id

    from sales

    where
        line_type = 'tip'
        and order_line_id is not null

)

select * from tips
