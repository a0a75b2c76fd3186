with

shipping_lines as (

    select
        orders.store,
        orders.order_id,
        orders.is_tax_included,
        orders.shop_currency,
        orders.presentment_currency,
        line

    from {{ each_of(changed('stg_shopify__orders'), 'orders', 'shipping_lines', 'line') }}

),

lines_in_each_currency as (

    {{ in_each_currency('shipping_lines') }}

),

summed_to_order as (

    select
        store,
        order_id,
        currency,
        sum(
            {{ minor_of('line.discountedPriceSet') }}
            + case when is_tax_included then 0 else {{ minor_sum_of('line.taxLines', 'priceSet') }} end
        ) as shipping_minor

    from lines_in_each_currency

    where not coalesce(line.isRemoved, false)

    group by store, order_id, currency

)

select * from summed_to_order
