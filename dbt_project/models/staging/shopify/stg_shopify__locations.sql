{{ config(materialized='table') }}

with

newest as (

    {{ newest_version(source('shopify', 'locations'), ['_store', 'id']) }}

),

renamed as (

    select
        _store as store,
        id as location_id,
        name as location_name,
        coalesce(isActive, false) as is_active

    from newest

)

select * from renamed
