-- What was credited, refunded and settled; one row per event, in the currency of the case.
with

case_currencies as (

    select * from {{ changed('int_case_currencies') }}

),

refunds as (

    select
        refunds.*,
        case_currencies.currency

    from {{ changed('int_case_refunds') }} as refunds

    inner join case_currencies on refunds.case_key = case_currencies.case_key

),

refunded_lines as (

    select
        lines.store,
        lines.refund_id,
        lines.currency,
        sum(lines.refunded_quantity) as quantity,
        sum(lines.subtotal_minor + case when orders.is_tax_included then 0 else lines.tax_minor end) as amount_minor

    from {{ changed('int_storefront_refund_lines') }} as lines

    inner join {{ changed('int_storefront_refunds') }} as storefront_refunds
        on
            lines.store = storefront_refunds.store
            and lines.refund_id = storefront_refunds.refund_id

    inner join {{ changed('int_storefront_orders') }} as orders
        on
            storefront_refunds.store = orders.store
            and storefront_refunds.order_id = orders.order_id

    group by lines.store, lines.refund_id, lines.currency

),

failed_payments as (

    select
        refunds.case_key,
        refunds.refund_id,
        payments.processed_at,
        payments.amount_minor

    from refunds

    inner join {{ changed('int_storefront_refund_payments') }} as payments
        on
            refunds.store = payments.store
            and refunds.refund_id = payments.refund_id
            and refunds.currency = payments.currency

    where payments.payment_status in ('failure', 'error')

),

documents as (

    select * from {{ changed('int_erp_documents') }}

    where document_type in ('credit_memo', 'cash_refund')

),

credits as (

    select
        case_key,
        document_id,
        -- A fee is a line of one, and what no order line claims is money alone.
        sum(case when order_line_id is not null then quantity else 0 end) as quantity,
        sum(gross_minor - discount_minor + tax_minor) as amount_minor

    from {{ changed('int_case_credit_lines') }}

    group by case_key, document_id

),

ended_credits as (

    select distinct
        rmas.case_key,
        documents.document_type,
        documents.document_number,
        documents.ended_at

    from documents

    inner join {{ changed('int_erp_documents_created_from') }} as origins
        on documents.document_id = origins.document_id

    inner join {{ changed('int_rmas_linked_to_cases') }} as rmas on origins.source_document_id = rmas.document_id

    where not documents.is_effective

),

final as (

    select
        credits.case_key,
        'posting' as stage,
        'credited' as event,
        'erp' as system,
        documents.document_type,
        documents.document_number,
        documents.created_at as occurred_at,
        cast(credits.quantity as integer) as quantity,
        credits.amount_minor
    from credits
    inner join documents on credits.document_id = documents.document_id

    union all

    select
        case_key,
        'posting' as stage,
        'credit_voided' as event,
        'erp' as system,
        document_type,
        document_number,
        ended_at as occurred_at,
        cast(null as integer) as quantity,
        cast(null as bigint) as amount_minor
    from ended_credits

    union all

    select
        refunds.case_key,
        'payout' as stage,
        'refunded' as event,
        'storefront' as system,
        'refund' as document_type,
        {{ id_tail('refunds.refund_id') }} as document_number,
        refunds.refunded_at as occurred_at,
        cast(coalesce(refunded_lines.quantity, 0) as integer) as quantity,
        coalesce(refunded_lines.amount_minor, 0) + amounts.shipping_minor + amounts.adjustment_minor as amount_minor
    from refunds
    left join refunded_lines
        on
            refunds.store = refunded_lines.store
            and refunds.refund_id = refunded_lines.refund_id
            and refunds.currency = refunded_lines.currency
    left join {{ changed('int_storefront_refund_amounts') }} as amounts
        on
            refunds.store = amounts.store
            and refunds.refund_id = amounts.refund_id
            and refunds.currency = amounts.currency

    union all

    select
        case_key,
        'payout' as stage,
        'refund_failed' as event,
        'storefront' as system,
        'refund' as document_type,
        {{ id_tail('refund_id') }} as document_number,
        processed_at as occurred_at,
        cast(null as integer) as quantity,
        amount_minor
    from failed_payments

    union all

    select
        refunds.case_key,
        'payout' as stage,
        'settled' as event,
        'processor' as system,
        'settlement' as document_type,
        settlements.payment_number as document_number,
        settlements.settled_at as occurred_at,
        cast(null as integer) as quantity,
        settlements.settled_minor as amount_minor
    from refunds
    inner join {{ changed('int_storefront_refund_settlements') }} as settlements
        on
            refunds.store = settlements.store
            and refunds.refund_id = settlements.refund_id
            and refunds.currency = settlements.currency

)

select * from final
