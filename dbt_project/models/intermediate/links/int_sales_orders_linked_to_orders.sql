with

sales as (

    select
        document_id,
        storefront_order_reference

    from {{ changed('int_erp_documents') }}

    where
        document_type in ('sales_order', 'invoice', 'cash_sale')
        and storefront_order_reference is not null
        and is_effective

),

orders as (

    select * from {{ changed('int_storefront_orders') }}

),

order_names_and_ids as (

    select
        store,
        order_id,
        order_id as reference
    from orders
    union all
    select
        store,
        order_id,
        order_number as reference
    from orders
    union all
    select
        store,
        order_id,
        order_name as reference
    from orders

),

matched as (

    select distinct
        sales.document_id,
        order_names_and_ids.store,
        order_names_and_ids.order_id

    from sales

    inner join order_names_and_ids on sales.storefront_order_reference = order_names_and_ids.reference

),

matched_once as (

    select
        document_id,
        min(store) as store,
        min(order_id) as order_id

    from matched

    group by document_id

    having count(*) = 1

)

select * from matched_once
