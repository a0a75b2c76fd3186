with

orders as (

    select * from {{ changed('stg_shopify__orders') }}

),

lines_unnested as (

    select
        orders.store,
        orders.order_id,
        orders.shop_currency,
        orders.presentment_currency,
        line

    from {{ each_of('orders', 'orders', 'line_items', 'line') }}

),

renamed as (

    select
        store,
        order_id,
        line.id as order_line_id,
        line.sku,
        line.lineItemGroup.id as bundle_id,
        line.variant.inventoryItem.id as inventory_item_id,
        shop_currency,
        presentment_currency,
        line.quantity as ordered_quantity,
        line.originalUnitPriceSet as unit_price_set,
        line.discountAllocations as discount_allocations,
        line.taxLines as tax_lines

    from lines_unnested

)

select * from renamed
