{{ config(materialized='table') }}

with

newest as (

    {{ newest_version(source('shopify', 'bank_references'), ['_store', 'id']) }}

),

renamed as (

    select
        _store as store,
        id as payment_id,
        shopifyPaymentsSet.refundSet.acquirerReferenceNumber as bank_reference

    from newest

)

select * from renamed
