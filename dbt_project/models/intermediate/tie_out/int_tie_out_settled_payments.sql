-- Every entry of a refund in the processor's ledger, against the settled payments of the cases.
with

entries as (

    select
        store,
        currency,
        'all' as period,
        count(distinct payment_number) as document_count,
        sum({{ to_minor('-net_amount', 'currency') }}) as amount_minor

    from {{ ref('stg_shopify__balance_transactions') }}

    where
        balance_transaction_type in ({{ literals(var("refund_settlement_types")) }})
        and settled_at <= {{ as_of() }}
        and not is_test

    group by store, currency

),

payments_in_cases as (

    select distinct
        payments.store,
        payments.payment_number

    from {{ ref('int_storefront_refund_payments') }} as payments

    inner join {{ ref('int_case_refunds') }} as refunds
        on
            payments.store = refunds.store
            and payments.refund_id = refunds.refund_id

),

settled_in_cases as (

    select
        settlements.store,
        settlements.currency,
        'all' as period,
        1 as document_count,
        settlements.settled_minor as amount_minor

    from {{ ref('int_payment_settlements') }} as settlements

    inner join payments_in_cases
        on
            settlements.store = payments_in_cases.store
            and settlements.payment_number = payments_in_cases.payment_number

)

{{ tie_out('settled_payments', 'processor', 'entries', 'settled_in_cases') }}
