with

newest as (

    {{ newest_version(source('shopify', 'sales_agreements'), ['_store', 'id'], of='id') }}

),

renamed as (

    select
        _store as store,
        id as order_id,
        agreements.nodes as agreements,
        _extracted_at

    from newest

)

select * from renamed
