-- What the ERP counts and sums of its credits itself, against the credits that landed. Accounts differ in the sign.
with

periods as (

    select
        period_id,
        {{ month_of('ended_on') }} as period

    from {{ ref('stg_netsuite__accounting_periods') }}

),

witnessed as (

    select
        'all' as store,
        totals.currency,
        coalesce(periods.period, 'none') as period,
        sum(totals.document_count) as document_count,
        abs(sum({{ to_minor('totals.document_total', 'totals.currency') }})) as amount_minor

    from {{ ref('stg_netsuite__control_totals') }} as totals

    left join periods on totals.period_id = periods.period_id

    where totals.type_code in ('CustCred', 'CashRfnd')

    group by totals.currency, coalesce(periods.period, 'none')

),

staged as (

    select
        'all' as store,
        transactions.currency,
        coalesce(periods.period, 'none') as period,
        count(*) as document_count,
        abs(sum({{ to_minor('transactions.total_amount', 'transactions.currency') }})) as amount_minor

    from {{ ref('stg_netsuite__transactions') }} as transactions

    left join periods on transactions.period_id = periods.period_id

    where
        transactions.document_type in ('credit_memo', 'cash_refund')
        and transactions.voided_at is null
        and transactions.deleted_at is null

    group by transactions.currency, coalesce(periods.period, 'none')

)

{{ tie_out('credit_totals', 'erp', 'witnessed', 'staged') }}
