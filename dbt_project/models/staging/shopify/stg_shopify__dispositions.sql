with

newest as (

    {{ newest_version(source('shopify', 'dispositions'), ['_store', 'id'], of='id') }}

),

fulfillment_orders_unnested as (

    select
        newest._store as store,
        newest.id as return_id,
        fulfillment_order

    from {{ each_of('newest', 'newest', 'reverseFulfillmentOrders.nodes', 'fulfillment_order') }}

),

lines_unnested as (

    select
        fulfillment_orders_unnested.store,
        fulfillment_orders_unnested.return_id,
        line

    from {{ each_of(
        'fulfillment_orders_unnested', 'fulfillment_orders_unnested', 'fulfillment_order.lineItems.nodes', 'line'
    ) }}

),

dispositions_unnested as (

    select
        lines_unnested.store,
        lines_unnested.return_id,
        lines_unnested.line.fulfillmentLineItem.lineItem.id as order_line_id,
        disposition

    from {{ each_of('lines_unnested', 'lines_unnested', 'line.dispositions', 'disposition') }}

),

renamed as (

    select
        store,
        return_id,
        order_line_id,
        disposition.id as disposition_id,
        lower(disposition.type) as disposition_type,
        disposition.location.id as location_id,
        disposition.location.name as location_name,
        disposition.quantity as disposed_quantity,
        disposition.createdAt as disposed_at

    from dispositions_unnested

)

select * from renamed
