with

lines as (

    select * from {{ changed('int_erp_document_lines') }}

    where
        document_type in ('credit_memo', 'cash_refund')
        and not is_kit_component

),

taxes_summed_to_line as (

    select
        document_id,
        line_id,
        sum(tax_minor) as tax_minor

    from {{ changed('int_erp_line_taxes') }}

    group by document_id, line_id

),

-- A line discount belongs to the item above it.
placed as (

    select
        *,
        max(case when line_class = 'item' then line_number end) over (
            partition by document_id
            order by line_number
            rows between unbounded preceding and current row
        ) as item_line_number

    from lines

),

line_discounts as (

    select
        document_id,
        item_line_number,
        -sum(amount_minor) as discount_minor

    from placed

    where line_class = 'line_discount'

    group by document_id, item_line_number

),

header_discounts as (

    select
        document_id,
        -sum(amount_minor) as discount_minor

    from lines

    where line_class = 'header_discount'

    group by document_id

),

items_in_order as (

    select
        document_id,
        line_id,
        sum(abs(amount_minor)) over (
            partition by document_id
            order by line_number
            rows between unbounded preceding and current row
        ) as running_minor,
        abs(amount_minor) as weight_minor,
        greatest(sum(abs(amount_minor)) over (partition by document_id), 1) as covered_minor

    from lines

    where line_class = 'item'

),

header_discounts_allocated as (

    select
        items_in_order.document_id,
        items_in_order.line_id,
        {{ ratio('header_discounts.discount_minor', 'items_in_order.running_minor', 'items_in_order.covered_minor') }}
        - {{ ratio(
            'header_discounts.discount_minor',
            'items_in_order.running_minor - items_in_order.weight_minor',
            'items_in_order.covered_minor'
        ) }} as discount_minor

    from items_in_order

    inner join header_discounts on items_in_order.document_id = header_discounts.document_id

),

final as (

    select
        lines.document_id,
        lines.line_id,
        lines.currency,
        lines.line_class,
        lines.quantity,
        lines.amount_minor as gross_minor,
        coalesce(line_discounts.discount_minor, 0) + coalesce(header_discounts_allocated.discount_minor, 0)
            as discount_minor,
        coalesce(taxes_summed_to_line.tax_minor, 0) as tax_minor

    from lines

    left join taxes_summed_to_line
        on
            lines.document_id = taxes_summed_to_line.document_id
            and lines.line_id = taxes_summed_to_line.line_id

    left join line_discounts
        on
            lines.document_id = line_discounts.document_id
            and lines.line_number = line_discounts.item_line_number

    left join header_discounts_allocated
        on
            lines.document_id = header_discounts_allocated.document_id
            and lines.line_id = header_discounts_allocated.line_id

)

select * from final
