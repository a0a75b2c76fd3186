-- What a person opens to mend a break: the latest document of each family of a case that has one.
with

broken_cases as (

    select distinct case_key from {{ ref('int_breaks') }}

),

{% set of_broken_cases = {
    'cases': 'int_cases',
    'refunds': 'int_case_refunds',
    'authorizations': 'int_rmas_linked_to_cases',
    'receipts': 'int_case_receipt_lines',
    'credit_lines': 'int_credit_lines_linked_to_cases',
} %}
{% for records, model in of_broken_cases.items() %}
    {{ records }} as (

        select * from {{ ref(model) }}

        where case_key in (select broken_cases.case_key from broken_cases)

    ),

{% endfor %}

documents as (

    select
        case_key,
        'return' as family,
        'return' as document_type,
        case_name as document_number,
        taken_at as occurred_at

    from cases

    where kind = 'return'

    union all

    select
        case_key,
        'refund' as family,
        'refund' as document_type,
        {{ id_tail('refund_id') }} as document_number,
        refunded_at as occurred_at

    from refunds

    union all

    select
        refunds.case_key,
        'failed_refund' as family,
        'refund' as document_type,
        {{ id_tail('refunds.refund_id') }} as document_number,
        payments.processed_at as occurred_at

    from refunds

    inner join {{ ref('int_storefront_refund_payments') }} as payments
        on
            refunds.store = payments.store
            and refunds.refund_id = payments.refund_id

    where payments.payment_status in ('failure', 'error')

    union all

    select
        case_key,
        'authorization' as family,
        'return_authorization' as document_type,
        document_number,
        created_at as occurred_at

    from authorizations

    union all

    select
        case_key,
        'receipt' as family,
        'item_receipt' as document_type,
        document_number,
        received_at as occurred_at

    from receipts

    union all

    select
        credit_lines.case_key,
        'credit' as family,
        credits.document_type,
        credits.document_number,
        credits.created_at as occurred_at

    from credit_lines

    inner join {{ ref('int_erp_documents') }} as credits on credit_lines.document_id = credits.document_id

    union all

    select
        cases.case_key,
        'order' as family,
        'order' as document_type,
        orders.order_name as document_number,
        orders.placed_at as occurred_at

    from cases

    inner join {{ ref('int_storefront_orders') }} as orders
        on
            cases.store = orders.store
            and cases.order_id = orders.order_id

),

ranked as (

    select
        *,
        row_number() over (
            partition by case_key, family
            order by occurred_at desc, document_number desc, document_type desc
        ) as newest_rank

    from documents

),

final as (

    select
        case_key,
        family,
        document_type,
        document_number,
        occurred_at

    from ranked

    where newest_rank = 1

)

select * from final
