with

receipts as (

    select * from {{ changed('int_erp_documents') }}

    where
        document_type = 'item_receipt'
        and is_effective

),

lines as (

    select * from {{ changed('int_erp_unit_lines') }}

    where document_type = 'item_receipt'

),

line_sources as (

    select * from {{ changed('int_erp_line_sources') }}

    where source_document_type = 'return_authorization'

),

document_sources as (

    select
        document_id,
        min(source_document_id) as source_document_id

    from {{ changed('int_erp_document_sources') }}

    where source_document_type = 'return_authorization'

    group by document_id

),

rmas as (

    select * from {{ changed('int_rmas_linked_to_cases') }}

),

final as (

    select
        rmas.case_key,
        receipts.document_id,
        receipts.document_number,
        lines.line_id,
        lines.order_line_id,
        lines.quantity,
        receipts.created_at as received_at

    from lines

    inner join receipts on lines.document_id = receipts.document_id

    left join line_sources
        on
            lines.document_id = line_sources.document_id
            and lines.line_id = line_sources.line_id

    left join document_sources on lines.document_id = document_sources.document_id

    inner join rmas
        on coalesce(line_sources.source_document_id, document_sources.source_document_id) = rmas.document_id

)

select * from final
