with

lines as (

    select
        lines.store,
        lines.refund_id,
        lines.order_line_id,
        lines.restock_type,
        lines.location_id,
        lines.location_name,
        lines.refunded_quantity,
        lines.subtotal_set,
        lines.tax_set,
        orders.shop_currency,
        orders.presentment_currency

    from {{ changed('stg_shopify__refund_lines') }} as lines

    inner join {{ changed('int_storefront_refunds') }} as refunds
        on
            lines.store = refunds.store
            and lines.refund_id = refunds.refund_id

    inner join {{ changed('int_storefront_orders') }} as orders
        on
            refunds.store = orders.store
            and refunds.order_id = orders.order_id

    left join {{ changed('int_storefront_tip_lines') }} as tips
        on
            lines.store = tips.store
            and lines.order_line_id = tips.order_line_id

    where tips.order_line_id is null

),

lines_in_each_currency as (

    {{ in_each_currency('lines') }}

),

summed_to_order_line as (

    select
        store,
        refund_id,
        order_line_id,
        currency,
        is_shop_money,
        sum(refunded_quantity) as refunded_quantity,
        sum(case when restock_type = 'return' then refunded_quantity else 0 end) as restocked_quantity,
        sum(case when restock_type = 'cancel' then refunded_quantity else 0 end) as cancelled_quantity,
        min(case when restock_type = 'return' then location_id end) as location_id,
        min(case when restock_type = 'return' then location_name end) as location_name,
        sum({{ minor_of('subtotal_set') }}) as subtotal_minor,
        sum({{ minor_of('tax_set') }}) as tax_minor

    from lines_in_each_currency

    group by store, refund_id, order_line_id, currency, is_shop_money

)

select * from summed_to_order_line
