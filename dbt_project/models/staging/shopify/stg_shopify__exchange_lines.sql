with

returns as (

    select * from {{ changed('stg_shopify__returns') }}

),

items_unnested as (

    select
        returns.store,
        returns.return_id,
        item

    from {{ each_of('returns', 'returns', 'exchange_items', 'item') }}

),

lines_unnested as (

    select
        items_unnested.store,
        items_unnested.return_id,
        line

    from {{ each_of('items_unnested', 'items_unnested', 'item.lineItems', 'line') }}

),

renamed as (

    select
        store,
        return_id,
        line.id as order_line_id,
        line.sku,
        line.quantity as exchanged_quantity,
        line.originalUnitPriceSet as unit_price_set,
        line.discountAllocations as discount_allocations,
        line.taxLines as tax_lines

    from lines_unnested

)

select * from renamed
