-- The ERP documents that a decision about a case rests on, each with the version that was read.
with

case_documents as (

    select
        case_key,
        document_id
    from {{ ref('int_rmas_linked_to_cases') }}
    union
    select
        case_key,
        document_id
    from {{ ref('int_case_receipt_lines') }}
    union
    select
        case_key,
        document_id
    from {{ ref('int_case_credit_lines') }}

),

transactions as (

    select * from {{ ref('stg_netsuite__transactions') }}

),

summed_to_case as (

    select
        case_documents.case_key,
        {{ joined_in_order(
            "coalesce(transactions.document_number, cast(transactions.document_id as " ~ text_type() ~ "))"
            ~ " || '@' || " ~ instant_text('transactions.modified_at'), ', '
        ) }} as evidence

    from case_documents

    inner join transactions on case_documents.document_id = transactions.document_id

    group by case_documents.case_key

)

select * from summed_to_case
