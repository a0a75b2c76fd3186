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

    group by store, payout_id, currency, period

)

{{ tie_out('payouts', 'processor', 'payouts', 'entries') }}
