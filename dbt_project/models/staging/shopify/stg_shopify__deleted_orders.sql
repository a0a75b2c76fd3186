{{ config(materialized='table') }}

with

newest as (

    {{ newest_version(source('shopify', 'deleted_orders'), ['_store', 'id']) }}

),

sightings as (

    select
        _store,
        id,
        max(_extracted_at) as seen_at

    from {{ source('shopify', 'orders') }}

    where id in (select newest.id from newest)

    group by _store, id

),

-- One that was read again later has come back.
renamed as (

    select
        newest._store as store,
        newest.id as order_id

    from newest

    left join sightings
        on
            newest._store = sightings._store
            and newest.id = sightings.id
            and newest._extracted_at < sightings.seen_at

    where sightings.id is null

)

select * from renamed
