{{ config(materialized='table') }}

with

newest as (

    {{ newest_version(source('shopify', 'locations'), ['_store', 'id']) }}

),

-- Every place is read each time, closed ones too: one that the last reading left out is gone, and gets no units.
last_readings as (

    select
        _store,
        max(_extracted_at) as read_at

    from newest

    group by _store

),

renamed as (

    select
        newest._store as store,
        newest.id as location_id,
        newest.name as location_name,
        coalesce(newest.isActive, false) and newest._extracted_at = last_readings.read_at as is_active

    from newest

    inner join last_readings on newest._store = last_readings._store

)

select * from renamed
