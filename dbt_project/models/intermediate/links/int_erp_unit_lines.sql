-- The lines of returns, receipts and credits that stand for units. A kit that the storefront sold as its components
-- gives way to them; elsewhere the kit line stands for itself. A line of a negative quantity takes units back from
-- others of its order line; where there are not as many, the lines are a matter of money alone.
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
        matches.order_line_id,
        coalesce(matches.order_line_id, lines.sku, cast(lines.line_id as {{ text_type() }})) as goods

    from {{ changed('int_erp_document_lines') }} as lines

    left join {{ changed('int_erp_lines_matched_to_order_lines') }} as matches
        on
            lines.document_id = matches.document_id
            and lines.line_id = matches.line_id

    where
        lines.document_type in ('return_authorization', 'item_receipt', 'credit_memo', 'cash_refund')
        and lines.line_class = 'item'

),

lessened as (

    select distinct
        document_id,
        goods

    from lines

    where quantity < 0

),

owing as (

    select
        lines.document_id,
        lines.goods

    from lines

    inner join lessened
        on
            lines.document_id = lessened.document_id
            and lines.goods = lessened.goods

    group by lines.document_id, lines.goods

    having sum(lines.quantity) < 0

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

    left join owing
        on
            lines.document_id = owing.document_id
            and lines.goods = owing.goods

    where
        owing.document_id is null
        and not coalesce(kits.is_sold_as_components, false)
        and coalesce(kits_of_components.is_sold_as_components, true)

)

select * from final
