{% set line_class %}
        case
            when lines.item_type = 'Subtotal' then 'subtotal'
            when lines.is_header_discount then 'header_discount'
            when lines.item_type in ('Discount', 'Markup') then 'line_discount'
            when lines.item_type = 'ShipItem' then 'shipping'
            when lines.sku in ({{ literals(var("erp_fee_items")) }}) then 'fee'
            when lines.quantity is null or lines.quantity = 0 then 'other'
            else 'item'
        end
{%- endset %}
{% set means_something %}
        not lines.is_main_line
        and not lines.is_tax_line
        and not lines.is_cost_line
        and coalesce(lines.item_type, '') not in (
            'Description', 'Group', 'EndGroup', 'TaxItem', 'TaxGroup'
        )
{%- endset %}
with

documents as (

    select * from {{ changed('int_erp_documents') }}

    where is_effective

),

-- Lines of a sale are negative where its header is positive, and a credit's the other way about: seen from the
-- document, its items are positive and what lessens them is negative. Summed apart, because a window would sort
-- every column of every line.
items_summed_to_document as (

    select
        lines.document_id,
        documents.document_type,
        nullif({{ sign_of('sum(lines.amount)') }}, 0) as amount_sign,
        {{ sign_of('sum(case when lines.amount > 0 then lines.quantity end)') }} as positive_lines_sign,
        {{ sign_of('sum(case when lines.amount < 0 then lines.quantity end)') }} as negative_lines_sign,
        {{ sign_of('sum(lines.quantity)') }} as quantity_sign

    from {{ changed('stg_netsuite__transaction_lines') }} as lines

    inner join documents on lines.document_id = documents.document_id

    where
        {{ means_something }}
        and {{ line_class }} = 'item'

    group by lines.document_id, documents.document_type

),

directed as (

    select
        *,
        coalesce(
            amount_sign,
            case when document_type in ('sales_order', 'invoice', 'cash_sale') then -1 else 1 end
        ) as direction

    from items_summed_to_document

),

-- Units have the sign that they have on the lines of the document's own direction; without amounts, that of them all.
directions as (

    select
        document_id,
        direction,
        coalesce(
            nullif(case when direction > 0 then positive_lines_sign else negative_lines_sign end, 0),
            nullif(quantity_sign, 0),
            1
        ) as unit_direction

    from directed

),

classified as (

    select
        lines.document_id,
        documents.document_type,
        documents.currency,
        lines.line_id,
        lines.line_number,
        {{ line_class }} as line_class,
        lines.sku,
        lines.source_document_id,
        lines.kit_line_id,
        lines.storefront_line_reference,
        lines.is_kit_component or lines.kit_line_id is not null as is_kit_component,
        -- A receipt takes nothing back, whatever signs an account writes.
        case
            when documents.document_type = 'item_receipt' or directions.document_id is null
                then abs(coalesce(cast(lines.quantity as integer), 0))
            else coalesce(cast(lines.quantity as integer), 0) * directions.unit_direction
        end as quantity,
        coalesce(lines.amount, 0) * coalesce(
            directions.direction,
            case when documents.document_type in ('sales_order', 'invoice', 'cash_sale') then -1 else 1 end
        ) as amount

    from {{ changed('stg_netsuite__transaction_lines') }} as lines

    inner join documents on lines.document_id = documents.document_id

    left join directions on lines.document_id = directions.document_id

    where
        {{ means_something }}

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
        {{ to_minor('amount', 'currency') }} as amount_minor

    from classified

)

select * from final
