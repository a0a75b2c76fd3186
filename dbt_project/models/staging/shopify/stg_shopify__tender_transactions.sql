{{ config(materialized='table') }}

with

newest as (

    {{ newest_version(source('shopify', 'tender_transactions'), ['_store', 'id'], 'processedAt') }}

),

renamed as (

    select
        _store as store,
        id as tender_transaction_id,
        {{ quoted("order") }}.id as order_id,
        amount.currencyCode as currency,
        amount.amount,
        paymentMethod as payment_method,
        remoteReference as remote_reference,
        coalesce(test, false) as is_test,
        processedAt as processed_at,
        _extracted_at

    from newest

)

select * from renamed
