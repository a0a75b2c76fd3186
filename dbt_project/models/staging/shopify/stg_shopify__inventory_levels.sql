{{ config(materialized='table') }}

with

known_by_as_of as (

    select *
    from {{ source('shopify', 'inventory_levels') }}
    where updatedAt <= {{ as_of() }}

),

newest as (

    {{ newest_version('known_by_as_of', ['_store', 'id'], 'updatedAt') }}

),

quantities_unnested as (

    select
        newest._store as store,
        newest.item.id as inventory_item_id,
        newest.item.sku,
        newest.location.id as location_id,
        newest.location.name as location_name,
        newest._extracted_at,
        quantity

    from {{ each_of('newest', 'newest', 'quantities', 'quantity') }}

),

renamed as (

    select
        store,
        inventory_item_id,
        sku,
        location_id,
        location_name,
        quantity.name as stock_state,
        quantity.quantity as stock_quantity,
        _extracted_at as read_at

    from quantities_unnested

)

select * from renamed
