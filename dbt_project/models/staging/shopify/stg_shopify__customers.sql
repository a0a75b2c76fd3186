{{ config(materialized='table') }}

with

newest as (

    {{ newest_version(source('shopify', 'customers'), ['_store', 'id']) }}

),

renamed as (

    select
        _store as store,
        id as customer_id,
        customer_key,
        display_name,
        case when id like 'gid://shopify/Company/%' then 'company' else 'person' end as customer_type

    from newest

)

select * from renamed
