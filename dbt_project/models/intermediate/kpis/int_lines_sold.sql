-- Every sold line with its worth in its order's currency, by the month of its order.
with

orders as (

    select * from {{ changed('int_storefront_orders') }}

),

lines as (

    select * from {{ changed('int_storefront_order_lines') }}

),

originals as (

    select * from {{ changed('int_storefront_order_line_amounts') }}

),

final as (

    select
        orders.store,
        orders.order_id,
        lines.order_line_id,
        orders.shop_currency as currency,
        lines.ordered_quantity,
        coalesce(originals.net_minor, 0) as net_minor,
        {{ store_month('orders.placed_at', 'orders.store') }} as sold_in

    from lines

    inner join orders
        on
            lines.store = orders.store
            and lines.order_id = orders.order_id

    left join originals
        on
            lines.store = originals.store
            and lines.order_line_id = originals.order_line_id
            and orders.shop_currency = originals.currency

)

select * from final
