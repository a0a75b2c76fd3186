{{ config(materialized='table') }}

with

newest as (

    {{ newest_version(source('shopify', 'payouts'), ['_store', 'id'], 'issuedAt') }}

),

renamed as (

    select
        _store as store,
        id as payout_id,
        lower(status) as payout_status,
        net.currencyCode as currency,
        net.amount as net_amount,
        summary.refundsFeeGross.amount - summary.refundsFee.amount as refunds_net_amount,
        issuedAt as issued_at,
        _extracted_at

    from newest

)

select * from renamed
