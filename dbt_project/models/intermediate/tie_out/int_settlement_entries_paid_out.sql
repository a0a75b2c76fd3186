-- An entry counts to the payout that it names; one that says it was paid out by a payout nobody knows counts too.
with

entries as (

    select * from {{ ref('stg_shopify__balance_transactions') }}

),

payouts as (

    select * from {{ ref('stg_shopify__payouts') }}

),

paid_out as (

    select
        entries.store,
        entries.balance_transaction_id,
        entries.payout_id,
        entries.currency,
        {{ month_of(store_date('coalesce(payouts.issued_at, entries.settled_at)', 'entries.store')) }} as period,
        entries.balance_transaction_type in ({{ literals(var("refund_settlement_types")) }}) as is_refund,
        {{ to_minor('entries.net_amount', 'entries.currency') }} as net_minor

    from entries

    left join payouts
        on
            entries.store = payouts.store
            and entries.payout_id = payouts.payout_id

    where
        not entries.is_test
        and entries.settled_at <= {{ as_of() }}
        -- The payout itself leaves the account as an entry of its own.
        and entries.balance_transaction_type not like 'transfer%'
        and coalesce(payouts.payout_status, entries.payout_status) = 'paid'
        and coalesce(payouts.issued_at, entries.settled_at) <= {{ as_of() }}

)

select * from paid_out
