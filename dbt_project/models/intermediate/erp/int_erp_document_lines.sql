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
directions as (

    select
        lines.document_id,
        nullif({{ sign_of('sum(lines.amount)') }}, 0) as direction

    from {{ changed('stg_netsuite__transaction_lines') }} as lines

    where
        {{ means_something }}
        and {{ line_class }} = 'item'

    group by lines.document_id

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
        coalesce(cast(lines.quantity as integer), 0) as quantity,
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
