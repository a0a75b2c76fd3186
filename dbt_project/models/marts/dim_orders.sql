with

orders as (

    select * from {{ ref('int_storefront_orders') }}

),

final as (

    select
        store,
        order_id,
        order_name,
        channel,
        shop_currency as currency,
        presentment_currency,
        is_tax_included,
        has_captured_payment,
        placed_at

    from orders

)

select * from final
