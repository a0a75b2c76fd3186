with

documents as (

    select * from {{ changed('int_erp_documents') }}

),

invoices as (

    select documents.document_id

    from documents

    inner join {{ changed('int_erp_documents_linked_to_orders') }} as linked_orders
        on documents.document_id = linked_orders.document_id

    where
        documents.document_type in ('invoice', 'cash_sale')
        and documents.is_effective

),

cases as (

    select * from {{ changed('int_cases') }}

),

case_documents as (

    select distinct
        case_key,
        document_id

    from {{ changed('int_credit_lines_linked_to_cases') }}

),

documents_of_case as (

    select
        case_documents.case_key,
        case_documents.document_id,
        cases.order_id,
        documents.document_type,
        documents.currency,
        documents.created_at,
        documents.period_id,
        row_number() over (
            partition by case_documents.case_key
            order by documents.created_at, documents.document_number, case_documents.document_id
        ) as credit_rank

    from case_documents

    inner join documents on case_documents.document_id = documents.document_id

    inner join cases on case_documents.case_key = cases.case_key

),

originals as (

    select distinct
        document_id,
        invoice_id

    from {{ changed('int_case_original_invoices') }}

),

credits_with_original as (

    select distinct document_id from originals

),

-- Another invoice than the original: one that is known not to be it. A credit of several returns has as many originals.
applications as (

    select
        documents_of_case.case_key,
        max(
            case
                when originals.invoice_id is not null then 0
                when invoices.document_id is not null or credits_with_original.document_id is not null then 1
                else 0
            end
        ) as is_applied_elsewhere

    from documents_of_case

    inner join {{ changed('stg_netsuite__links') }} as links
        on
            documents_of_case.document_id = links.next_document_id
            and links.link_type = 'Payment'

    left join originals
        on
            documents_of_case.document_id = originals.document_id
            and links.previous_document_id = originals.invoice_id

    left join invoices on links.previous_document_id = invoices.document_id

    left join credits_with_original on documents_of_case.document_id = credits_with_original.document_id

    where documents_of_case.order_id is not null

    group by documents_of_case.case_key

),

summed_to_case as (

    select
        case_key,
        min(created_at) as credited_at,
        max(created_at) as last_credited_at,
        min(currency) as currency,
        count(distinct currency) as currency_count,
        max(case when document_type = 'cash_refund' then 1 else 0 end) = 1 as has_cash_refund,
        min(case when credit_rank = 1 then period_id end) as first_period_id,
        min(case when credit_rank = 1 then document_id end) as first_credit_id

    from documents_of_case

    group by case_key

),

final as (

    select
        summed_to_case.*,
        coalesce(applications.is_applied_elsewhere, 0) = 1 as is_applied_elsewhere

    from summed_to_case

    left join applications on summed_to_case.case_key = applications.case_key

)

select * from final
