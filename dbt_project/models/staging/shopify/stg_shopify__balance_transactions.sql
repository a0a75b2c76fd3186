{{ config(materialized='table') }}

with

newest as (

    {{ newest_version(source('shopify', 'balance_transactions'), ['_store', 'id']) }}

),

renamed as (

    select
        _store as store,
        id as balance_transaction_id,
        sourceOrderTransactionId as payment_number,
        lower(type) as balance_transaction_type,
        net.currencyCode as currency,
        amount.amount,
        fee.amount as fee_amount,
        net.amount as net_amount,
        associatedPayout.id as payout_id,
        lower(associatedPayout.status) as payout_status,
        coalesce(test, false) as is_test,
        transactionDate as settled_at,
        _extracted_at

    from newest

)

select * from renamed
