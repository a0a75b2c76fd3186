-- What the processor says it paid out, against the entries of its ledger that name those payouts.
with

payouts as (

    select
        store,
        payout_id,
        currency,
        period,
        1 as document_count,
        net_minor as amount_minor

    from {{ ref('int_payouts_paid') }}

),

entries as (

    select
        store,
        payout_id,
        currency,
        period,
        1 as document_count,
        sum(net_minor) as amount_minor

    from {{ ref('int_settlement_entries_paid_out') }}

    -- A store whose payouts cannot be read has no witness here.
    where store in (select known.store from {{ ref('stg_shopify__payouts') }} as known)

    group by store, payout_id, currency, period

)

{{ tie_out('payouts', 'processor', 'payouts', 'entries') }}
