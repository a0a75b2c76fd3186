-- What a line of a return, a receipt or a credit leads to: the order, and the storefront's line that the sale it was
-- made from names.
with

lines as (

    select
        lines.document_id,
        lines.document_type,
        lines.line_id,
        lines.sku,
        lines.quantity,
        lines.amount_minor,
        lines.storefront_line_reference

    from {{ changed('int_erp_document_lines') }} as lines

    where
        lines.document_type in ('return_authorization', 'item_receipt', 'credit_memo', 'cash_refund')
        and lines.line_class = 'item'

),

sources as (

    select * from {{ changed('int_erp_line_sources') }}

),

orders_of_documents as (

    select * from {{ changed('int_erp_documents_linked_to_orders') }}

),

orders_of_returns as (

    select * from {{ changed('int_rmas_linked_explicitly') }}

),

-- An authorization that names no sale may name a return, and with it the order.
orders_of_sources as (

    select
        sources_of_documents.document_id,
        min(orders_of_returns.store) as store,
        min(orders_of_returns.order_id) as order_id

    from {{ changed('int_erp_document_sources') }} as sources_of_documents

    inner join orders_of_returns on sources_of_documents.source_document_id = orders_of_returns.document_id

    group by sources_of_documents.document_id

    having count(distinct orders_of_returns.order_id) = 1

),

walked as (

    select
        lines.document_id,
        lines.line_id,
        lines.sku,
        lines.quantity,
        lines.amount_minor,
        coalesce(
            third_source.source_line_reference,
            second_source.source_line_reference,
            first_source.source_line_reference,
            lines.storefront_line_reference
        ) as storefront_line_reference,
        coalesce(orders_of_documents.store, orders_of_returns.store, orders_of_sources.store) as store,
        coalesce(
            orders_of_documents.order_id, orders_of_returns.order_id, orders_of_sources.order_id
        ) as order_id

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

    left join orders_of_documents on lines.document_id = orders_of_documents.document_id

    left join orders_of_returns on lines.document_id = orders_of_returns.document_id

    left join orders_of_sources on lines.document_id = orders_of_sources.document_id

)

select * from walked
