with

lines as (

    select * from {{ changed('stg_shopify__order_lines') }}

),

orders as (

    select * from {{ changed('int_storefront_orders') }}

),

placed as (

    select
        lines.store,
        lines.order_id,
        lines.order_line_id,
        {{ id_tail('lines.order_line_id') }} as order_line_number,
        lines.sku,
        lines.bundle_id,
        lines.inventory_item_id,
        lines.ordered_quantity,
        count(*) over (partition by lines.store, lines.order_id, lines.sku) as lines_of_sku_count,
        orders.placed_at

    from lines

    inner join orders
        on
            lines.store = orders.store
            and lines.order_id = orders.order_id

    left join {{ changed('int_storefront_tip_lines') }} as tips
        on
            lines.store = tips.store
            and lines.order_line_id = tips.order_line_id

    where tips.order_line_id is null

)

select * from placed
