-- What a credit reverses: the invoice that it was made from, itself or by its authorization. Where that names a sales
-- order alone, or nothing, it may be any of the order's.
with

credits as (

    select distinct
        case_key,
        document_id

    from {{ changed('int_credit_lines_linked_to_cases') }}

),

sources as (

    select * from {{ changed('int_erp_document_sources') }}

),

rmas as (

    select * from {{ changed('int_rmas_linked_to_cases') }}

),

documents as (

    select * from {{ changed('int_erp_documents') }}

),

named as (

    select
        credits.case_key,
        credits.document_id,
        sources.source_document_id as invoice_id

    from credits

    inner join sources on credits.document_id = sources.document_id

    where sources.source_document_type in ('invoice', 'cash_sale')

    union

    select
        credits.case_key,
        credits.document_id,
        sources_of_rmas.source_document_id as invoice_id

    from credits

    inner join sources on credits.document_id = sources.document_id

    inner join rmas
        on
            sources.source_document_id = rmas.document_id
            and credits.case_key = rmas.case_key

    inner join sources as sources_of_rmas on rmas.document_id = sources_of_rmas.document_id

    where sources_of_rmas.source_document_type in ('invoice', 'cash_sale')

),

of_the_order as (

    select
        credits.case_key,
        credits.document_id,
        linked_orders.document_id as invoice_id

    from credits

    inner join {{ changed('int_cases') }} as cases on credits.case_key = cases.case_key

    inner join {{ changed('int_erp_documents_linked_to_orders') }} as linked_orders
        on
            cases.store = linked_orders.store
            and cases.order_id = linked_orders.order_id

    left join named
        on
            credits.case_key = named.case_key
            and credits.document_id = named.document_id

    where named.invoice_id is null

),

originals as (

    select * from named
    union all
    select * from of_the_order

),

final as (

    select
        originals.*,
        documents.exchange_rate,
        row_number() over (
            partition by originals.case_key, originals.document_id
            order by documents.created_at, documents.document_number, originals.invoice_id
        ) as invoice_rank

    from originals

    inner join documents on originals.invoice_id = documents.document_id

    where
        documents.document_type in ('invoice', 'cash_sale')
        and documents.is_effective

)

select * from final
