with

lines as (

    select * from {{ changed('stg_netsuite__transaction_lines') }}

),

documents as (

    select * from {{ changed('int_erp_documents') }}

),

classified as (

    select
        lines.document_id,
        documents.document_type,
        documents.currency,
        lines.line_id,
        lines.line_number,
        case
            when lines.is_header_discount then 'header_discount'
            when lines.item_type = 'Discount' then 'line_discount'
            when lines.item_type = 'ShipItem' then 'shipping'
            when lines.sku in ({{ literals(var("erp_fee_items")) }}) then 'fee'
            when lines.quantity is null or lines.quantity = 0 then 'other'
            else 'item'
        end as line_class,
        lines.sku,
        lines.source_document_id,
        lines.kit_line_id,
        lines.storefront_line_reference,
        lines.is_kit_component or lines.kit_line_id is not null as is_kit_component,
        coalesce(cast(lines.quantity as integer), 0) as quantity,
        coalesce(lines.amount, 0) as amount

    from lines

    inner join documents on lines.document_id = documents.document_id

    where
        documents.is_effective
        and not lines.is_main_line
        and not lines.is_tax_line
        and not lines.is_cost_line
        and coalesce(lines.item_type, '') not in (
            'Subtotal', 'Description', 'Group', 'EndGroup', 'Markup', 'Payment', 'TaxItem', 'TaxGroup'
        )

),

-- Lines of a sale are negative where its header is positive, and a credit's the other way about: seen from the
-- document, its items are positive and what lessens them is negative.
directed as (

    select
        *,
        coalesce(
            nullif(
                {{ sign_of("sum(case when line_class = 'item' then amount end) over (partition by document_id)") }}, 0
            ),
            case when document_type in ('sales_order', 'invoice', 'cash_sale') then -1 else 1 end
        ) as direction

    from classified

),

final as (

    select
        document_id,
        document_type,
        currency,
        line_id,
        line_number,
        line_class,
        sku,
        source_document_id,
        kit_line_id,
        storefront_line_reference,
        is_kit_component,
        quantity,
        {{ to_minor('amount * cast(direction as integer)', 'currency') }} as amount_minor

    from directed

)

select * from final
