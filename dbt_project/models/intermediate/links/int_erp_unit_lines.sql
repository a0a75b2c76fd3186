-- The lines of returns, receipts and credits that stand for units. A kit that the storefront sold as its components
-- gives way to them; elsewhere the kit line stands for itself. A line of a negative quantity takes units back from
-- others of its order line; where there are not as many, the lines are a matter of money alone.
{% set is_counted -%}
    lines.document_type in ('return_authorization', 'item_receipt', 'credit_memo', 'cash_refund')
        and lines.line_class = 'item'
{%- endset %}
{% set goods = 'coalesce(matches.order_line_id, lines.sku, cast(lines.line_id as ' ~ text_type() ~ '))' %}
with

-- Few documents have kits or lines that take units back: both are looked for among the lines of these alone.
documents_to_settle as (

    select distinct lines.document_id

    from {{ changed('int_erp_document_lines') }} as lines

    where
        {{ is_counted }}
        and (lines.quantity < 0 or lines.kit_line_id is not null)

),

matches_to_settle as (

    select matches.*

    from {{ changed('int_erp_lines_matched_to_order_lines') }} as matches

    inner join documents_to_settle on matches.document_id = documents_to_settle.document_id

),

lines_to_settle as (

    select
        lines.document_id,
        lines.line_id,
        lines.quantity,
        lines.kit_line_id,
        matches.order_line_id,
        {{ goods }} as goods

    from {{ changed('int_erp_document_lines') }} as lines

    inner join documents_to_settle on lines.document_id = documents_to_settle.document_id

    left join matches_to_settle as matches
        on
            lines.document_id = matches.document_id
            and lines.line_id = matches.line_id

    where {{ is_counted }}

),

owing as (

    select
        document_id,
        goods

    from lines_to_settle

    group by document_id, goods

    having sum(quantity) < 0

),

kits as (

    select
        kits.document_id,
        kits.line_id,
        kits.order_line_id is null
        and count(components.order_line_id) = count(*) as is_sold_as_components

    from lines_to_settle as kits

    inner join lines_to_settle as components
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
        matches.order_line_id,
        kits_of_components.line_id as kit_line_id

    from {{ changed('int_erp_document_lines') }} as lines

    left join {{ changed('int_erp_lines_matched_to_order_lines') }} as matches
        on
            lines.document_id = matches.document_id
            and lines.line_id = matches.line_id

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
            and {{ goods }} = owing.goods

    where
        {{ is_counted }}
        and owing.document_id is null
        and not coalesce(kits.is_sold_as_components, false)
        and coalesce(kits_of_components.is_sold_as_components, true)

)

select * from final
