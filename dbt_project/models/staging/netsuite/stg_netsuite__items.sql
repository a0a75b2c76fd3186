{{ config(materialized='table') }}

with

newest as (

    {{ newest_version(source('netsuite', 'items'), ['id'], 'lastmodifieddate') }}

),

renamed as (

    select
        id as item_id,
        itemid as sku,
        itemtype as item_type,
        coalesce(averagecost, cost) as unit_cost_amount,
        coalesce(isinactive, 'F') = 'T' as is_inactive

    from newest

)

select * from renamed
