-- What each payout's summary says was taken for refunds, against the ledger's entries of refunds.
with

payouts as (

    select
        store,
        payout_id,
        currency,
        period,
        1 as document_count,
        -refunds_net_minor as amount_minor

    from {{ ref('int_payouts_paid') }}

    where refunds_net_minor <> 0

),

entries_of_payout as (

    select
        store,
        payout_id,
        currency,
        period,
        1 as document_count,
        -sum(net_minor) as amount_minor

    from {{ ref('int_settlement_entries_paid_out') }}

    where
        is_refund
        -- A store whose payouts cannot be read has no witness here.
        and store in (select known.store from {{ ref('stg_shopify__payouts') }} as known)

    group by store, payout_id, currency, period

),

entries as (

    select * from entries_of_payout
    where amount_minor <> 0

)

{{ tie_out('settlements', 'processor', 'payouts', 'entries') }}
