-- The storefront's line that an ERP line is about, by the first rule under which any line of the order fits: the line
-- that it names, the only line of its sku, the line of its sku with its price. What fits two lines fits none. A receipt
-- has no prices: where only those tell, its line is what the line that it was received for is about.
with

lines as (

    select
        traced.document_id,
        traced.line_id,
        traced.storefront_line_reference,
        documents.store,
        documents.order_id

    from {{ changed('int_erp_lines_traced_to_sales') }} as traced

    inner join {{ changed('int_erp_documents_traced_to_orders') }} as documents
        on traced.document_id = documents.document_id

    where documents.order_id is not null

),

order_lines as (

    select * from {{ changed('int_storefront_order_lines') }}

),

order_line_references as (

    select
        store,
        order_id,
        order_line_id,
        order_line_id as reference
    from order_lines
    union all
    select
        store,
        order_id,
        order_line_id,
        order_line_number as reference
    from order_lines

),

by_reference as (

    select
        lines.document_id,
        lines.line_id,
        order_line_references.order_line_id

    from lines

    inner join order_line_references
        on
            lines.store = order_line_references.store
            and lines.order_id = order_line_references.order_id
            and lines.storefront_line_reference = order_line_references.reference

),

without_reference as (

    select
        lines.document_id,
        lines.line_id,
        lines.store,
        lines.order_id,
        document_lines.document_type,
        document_lines.sku,
        document_lines.quantity,
        document_lines.amount_minor

    from lines

    inner join {{ changed('int_erp_document_lines') }} as document_lines
        on
            lines.document_id = document_lines.document_id
            and lines.line_id = document_lines.line_id

    where
        not exists (
            select 1
            from by_reference
            where
                lines.document_id = by_reference.document_id
                and lines.line_id = by_reference.line_id
        )

),

by_sku as (

    select
        lines.document_id,
        lines.line_id,
        lines.store,
        lines.document_type,
        lines.quantity,
        lines.amount_minor,
        order_lines.order_line_id,
        order_lines.lines_of_sku_count

    from without_reference as lines

    inner join order_lines
        on
            lines.store = order_lines.store
            and lines.order_id = order_lines.order_id
            and lines.sku = order_lines.sku

),

by_price as (

    select
        by_sku.document_id,
        by_sku.line_id,
        by_sku.order_line_id

    from by_sku

    inner join {{ changed('int_storefront_order_line_amounts') }} as prices
        on
            by_sku.store = prices.store
            and by_sku.order_line_id = prices.order_line_id

    where
        by_sku.lines_of_sku_count > 1
        and by_sku.document_type <> 'item_receipt'
        -- The ERP's price is without tax.
        and by_sku.amount_minor in (
            by_sku.quantity
            * {{ ratio('prices.unit_price_minor', 'prices.untaxed_numerator', 'prices.untaxed_divisor') }},
            {{ ratio(
                'by_sku.quantity * prices.unit_price_minor', 'prices.untaxed_numerator', 'prices.untaxed_divisor'
            ) }}
        )

),

matched as (

    select * from by_reference
    union all
    select
        document_id,
        line_id,
        order_line_id
    from by_sku
    where lines_of_sku_count = 1
    union all
    select * from by_price

),

matched_once as (

    select
        document_id,
        line_id,
        min(order_line_id) as order_line_id

    from matched

    group by document_id, line_id

    having min(order_line_id) = max(order_line_id)

),

received_for as (

    select
        by_sku.document_id,
        by_sku.line_id,
        matched_once.order_line_id

    from by_sku

    inner join {{ changed('int_erp_line_sources') }} as sources
        on
            by_sku.document_id = sources.document_id
            and by_sku.line_id = sources.line_id

    inner join matched_once
        on
            sources.source_document_id = matched_once.document_id
            and sources.source_line_id = matched_once.line_id
            and by_sku.order_line_id = matched_once.order_line_id

    where
        by_sku.lines_of_sku_count > 1
        and by_sku.document_type = 'item_receipt'

)

select * from matched_once
union all
select * from received_for
