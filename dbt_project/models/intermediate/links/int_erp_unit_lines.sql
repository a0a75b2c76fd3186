-- The lines of returns, receipts and credits that stand for units. A kit that the storefront sold as its components
-- gives way to them; elsewhere the kit line stands for itself.
with

lines as (

    select
        lines.document_id,
        lines.document_type,
        lines.line_id,
        lines.line_number,
        lines.sku,
        lines.quantity,
        lines.kit_line_id,
        lines.is_kit_component,
        matches.order_line_id

    from {{ changed('int_erp_document_lines') }} as lines

    left join {{ changed('int_erp_lines_matched_to_order_lines') }} as matches
        on
            lines.document_id = matches.document_id
            and lines.line_id = matches.line_id

    where
        lines.document_type in ('return_authorization', 'item_receipt', 'credit_memo', 'cash_refund')
        and lines.line_class = 'item'

),

kits as (

    select
        kits.document_id,
        kits.line_id,
        kits.order_line_id is null
        and count(components.order_line_id) = count(*) as is_sold_as_components

    from lines as kits

    inner join lines as components
        on
            kits.document_id = components.document_id
            and kits.line_id = components.kit_line_id

    group by kits.document_id, kits.line_id, kits.order_line_id

),

final as (

    select
        lines.document_id,
        lines.document_type,
        lines.line_id,
        lines.line_number,
        lines.sku,
        lines.quantity,
        lines.order_line_id,
        kits_of_components.line_id as kit_line_id

    from lines

    left join kits
        on
            lines.document_id = kits.document_id
            and lines.line_id = kits.line_id

    left join kits as kits_of_components
        on
            lines.document_id = kits_of_components.document_id
            and lines.kit_line_id = kits_of_components.line_id

    where
        not coalesce(kits.is_sold_as_components, false)
        and coalesce(kits_of_components.is_sold_as_components, true)

)

select * from final
