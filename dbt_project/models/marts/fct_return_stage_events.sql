{% set null_amount %}cast(null as bigint){% endset %}
{% set null_quantity %}cast(null as integer){% endset %}
{% set null_text %}cast(null as {{ text_type() }}){% endset %}

with

cases as (

    select * from {{ changed('int_cases') }}

),

case_currencies as (

    select * from {{ changed('int_case_currencies') }}

),

returns as (

    select
        {{ case_key('store', "'return'", 'return_id') }} as case_key,
        *

    from {{ changed('int_storefront_returns') }}

),

refunds as (

    select
        refunds.*,
        case_currencies.currency

    from {{ changed('int_case_refunds') }} as refunds

    inner join case_currencies on refunds.case_key = case_currencies.case_key

),

documents as (

    select * from {{ changed('int_erp_documents') }}

),

confirmations as (

    select
        case_key,
        'requested' as event,
        return_name as document_number,
        requested_at as occurred_at
    from returns
    union all
    select
        case_key,
        'approved' as event,
        return_name as document_number,
        approved_at as occurred_at
    from returns
    union all
    select
        case_key,
        'closed' as event,
        return_name as document_number,
        closed_at as occurred_at
    from returns
    union all
    select
        case_key,
        return_status as event,
        return_name as document_number,
        requested_at as occurred_at
    from returns
    where return_status in ('declined', 'cancelled')

),

credit_totals as (

    select
        case_key,
        document_id,
        sum(quantity) as quantity,
        sum(gross_minor - discount_minor + tax_minor) as amount_minor

    from {{ changed('int_case_credit_lines') }}

    group by case_key, document_id

),

ended_credits as (

    select
        documents.document_number,
        documents.document_type,
        documents.ended_at,
        rmas.case_key

    from documents

    inner join {{ changed('stg_netsuite__transaction_lines', by='document_id') }} as lines
        on documents.document_id = lines.document_id

    inner join {{ changed('int_rmas_linked_to_cases') }} as rmas on lines.source_document_id = rmas.document_id

    where
        documents.document_type in ('credit_memo', 'cash_refund')
        and not documents.is_effective

    group by documents.document_number, documents.document_type, documents.ended_at, rmas.case_key

),

events as (

    select
        case_key,
        'confirmation' as stage,
        event,
        'storefront' as system,
        'return' as document_type,
        document_number,
        occurred_at,
        {{ null_quantity }} as quantity,
        {{ null_amount }} as amount_minor
    from confirmations

    union all

    select
        case_key,
        'inspection' as stage,
        'rma_opened' as event,
        'erp' as system,
        'return_authorization' as document_type,
        document_number,
        created_at as occurred_at,
        {{ null_quantity }} as quantity,
        {{ null_amount }} as amount_minor
    from {{ changed('int_rmas_linked_to_cases') }}

    union all

    select
        case_key,
        'inspection' as stage,
        'received' as event,
        'erp' as system,
        'item_receipt' as document_type,
        document_number,
        received_at as occurred_at,
        cast(sum(quantity) as integer) as quantity,
        {{ null_amount }} as amount_minor
    from {{ changed('int_case_receipt_lines') }}
    group by case_key, document_number, received_at

    union all

    select
        case_key,
        'inspection' as stage,
        'inspected' as event,
        'erp' as system,
        'inspection' as document_type,
        receipt_number as document_number,
        inspected_at as occurred_at,
        cast(sum(inspected_quantity) as integer) as quantity,
        {{ null_amount }} as amount_minor
    from {{ changed('int_case_inspections') }}
    group by case_key, receipt_number, inspected_at

    union all

    select
        case_key,
        'inspection' as stage,
        case event
            when 'restored' then 'restocked'
            when 'restock' then 'restocked'
            when 'quarantine' then 'quarantined'
            when 'hold_for_inspection' then 'held'
            else 'written_off'
        end as event,
        case when event = 'restored' then 'storefront' else 'us' end as system,
        case when event = 'restored' then 'restock' else 'action' end as document_type,
        {{ null_text }} as document_number,
        occurred_at,
        quantity,
        {{ null_amount }} as amount_minor
    from {{ changed('int_stock_events') }}
    where event <> 'passed'

    union all

    select
        credit_totals.case_key,
        'posting' as stage,
        'credited' as event,
        'erp' as system,
        documents.document_type,
        documents.document_number,
        documents.created_at as occurred_at,
        cast(credit_totals.quantity as integer) as quantity,
        credit_totals.amount_minor
    from credit_totals
    inner join documents on credit_totals.document_id = documents.document_id

    union all

    select
        case_key,
        'posting' as stage,
        'credit_voided' as event,
        'erp' as system,
        document_type,
        document_number,
        ended_at as occurred_at,
        {{ null_quantity }} as quantity,
        {{ null_amount }} as amount_minor
    from ended_credits

    union all

    select
        refunds.case_key,
        'payout' as stage,
        case when payments.payment_status in ('failure', 'error') then 'refund_failed' else 'refunded' end as event,
        'storefront' as system,
        'refund' as document_type,
        {{ id_tail('refunds.refund_id') }} as document_number,
        payments.processed_at as occurred_at,
        {{ null_quantity }} as quantity,
        payments.amount_minor
    from refunds
    inner join {{ changed('int_storefront_refund_payments') }} as payments
        on
            refunds.store = payments.store
            and refunds.refund_id = payments.refund_id
            and refunds.currency = payments.currency

    union all

    select
        refunds.case_key,
        'payout' as stage,
        'settled' as event,
        'processor' as system,
        'settlement' as document_type,
        payments.payment_number as document_number,
        settlements.settled_at as occurred_at,
        {{ null_quantity }} as quantity,
        settlements.settled_minor as amount_minor
    from refunds
    inner join {{ changed('int_storefront_refund_payments') }} as payments
        on
            refunds.store = payments.store
            and refunds.refund_id = payments.refund_id
            and refunds.currency = payments.currency
    inner join {{ ref('int_payment_settlements') }} as settlements
        on
            payments.store = settlements.store
            and payments.payment_number = settlements.payment_number
            and payments.currency = settlements.currency

),

final as (

    select
        events.case_key,
        cases.case_name,
        cases.store,
        case_currencies.currency,
        events.stage,
        events.event,
        events.system,
        events.document_type,
        events.document_number,
        events.occurred_at,
        events.quantity,
        {{ from_minor('events.amount_minor', 'case_currencies.currency') }} as amount

    from events

    inner join cases on events.case_key = cases.case_key

    inner join case_currencies on events.case_key = case_currencies.case_key

    where events.occurred_at is not null

)

select * from final
