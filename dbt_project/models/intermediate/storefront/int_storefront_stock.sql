{{ config(materialized='table') }}

with

levels as (

    select * from {{ ref('stg_shopify__inventory_levels') }}

),

available as (

    select
        store,
        inventory_item_id,
        sku,
        location_id,
        location_name,
        stock_quantity as available_quantity

    from levels

    where stock_state = 'available'

)

select * from available
