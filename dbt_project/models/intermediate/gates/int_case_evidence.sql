-- The ERP documents that a decision about a case rests on, each with the version that was read. Of an RMA that is its
-- status and total: its last change may be our own, for statuses are published on it, and would undo every approval.
with

case_documents as (

    select
        case_key,
        document_id
    from {{ changed('int_rmas_linked_to_cases') }}
    union
    select
        case_key,
        document_id
    from {{ changed('int_case_receipt_lines') }}
    union
    select
        case_key,
        document_id
    from {{ changed('int_case_credit_lines') }}

),

transactions as (

    select
        document_id,
        coalesce(document_number, cast(document_id as {{ text_type() }})) as document_number,
        case
            when document_type = 'return_authorization'
                then coalesce(status_code, '') || '/' || coalesce(cast(total_amount as {{ text_type() }}), '')
            else {{ instant_text('modified_at') }}
        end as document_version

    from {{ changed('stg_netsuite__transactions') }}

),

summed_to_case as (

    select
        case_documents.case_key,
        {{ joined_in_order("transactions.document_number || '@' || transactions.document_version", ', ') }} as evidence

    from case_documents

    inner join transactions on case_documents.document_id = transactions.document_id

    group by case_documents.case_key

)

select * from summed_to_case
