{{ config(materialized='table') }}

with

balance_transactions as (

    select * from {{ ref('stg_shopify__balance_transactions') }}

),

summed_to_payment as (

    select
        store,
        payment_number,
        currency,
        sum({{ to_minor('-net_amount', 'currency') }}) as settled_minor,
        sum({{ to_minor('fee_amount', 'currency') }}) as fee_minor,
        min(settled_at) as settled_at

    from balance_transactions

    where
        balance_transaction_type in ({{ literals(var("refund_settlement_types")) }})
        and settled_at <= {{ as_of() }}

    group by store, payment_number, currency

)

select * from summed_to_payment
