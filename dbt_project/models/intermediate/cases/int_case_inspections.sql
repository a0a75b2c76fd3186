with

inspections as (

    select * from {{ changed('stg_netsuite__inspections', by='receipt_id') }}

    where inspected_at <= {{ as_of() }}

),

receipt_lines as (

    select * from {{ changed('int_case_receipt_lines') }}

),

final as (

    select
        receipt_lines.case_key,
        receipt_lines.order_line_id,
        receipt_lines.document_number as receipt_number,
        inspections.inspection_id,
        inspections.outcome,
        inspections.inspected_quantity,
        inspections.inspected_at

    from inspections

    inner join receipt_lines
        on
            inspections.receipt_id = receipt_lines.document_id
            and inspections.receipt_line_id = receipt_lines.line_id

)

select * from final
