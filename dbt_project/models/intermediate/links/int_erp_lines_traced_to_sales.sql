-- The storefront's line that the sale names which a line of a return, a receipt or a credit was made from.
with

lines as (

    select
        lines.document_id,
        lines.line_id,
        lines.storefront_line_reference

    from {{ changed('int_erp_document_lines') }} as lines

    where
        lines.document_type in ('return_authorization', 'item_receipt', 'credit_memo', 'cash_refund')
        and lines.line_class = 'item'

),

sources as (

    select * from {{ changed('int_erp_line_sources') }}

),

walked as (

    select
        lines.document_id,
        lines.line_id,
        coalesce(
            third_source.source_line_reference,
            second_source.source_line_reference,
            first_source.source_line_reference,
            lines.storefront_line_reference
        ) as storefront_line_reference

    from lines

    left join sources as first_source
        on
            lines.document_id = first_source.document_id
            and lines.line_id = first_source.line_id

    left join sources as second_source
        on
            first_source.source_document_id = second_source.document_id
            and first_source.source_line_id = second_source.line_id

    left join sources as third_source
        on
            second_source.source_document_id = third_source.document_id
            and second_source.source_line_id = third_source.line_id

)

select * from walked
