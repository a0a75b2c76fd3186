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

line_references as (

    select
        document_id,
        line_id,
        storefront_line_reference

    from {{ changed('int_erp_document_lines') }}

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

order_lines as (

    select * from {{ changed('int_storefront_order_lines') }}

),

prices as (

    select
        store,
        order_line_id,
        currency,
        min(unit_price_minor) as unit_price_minor

    from {{ changed('int_storefront_order_line_amounts') }}

    group by store, order_line_id, currency

),

walked as (

    select
        lines.document_id,
        lines.line_id,
        lines.sku,
        lines.quantity,
        lines.amount_minor,
        coalesce(
            third_reference.storefront_line_reference,
            second_reference.storefront_line_reference,
            first_reference.storefront_line_reference,
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

    left join line_references as first_reference
        on
            first_source.source_document_id = first_reference.document_id
            and first_source.source_line_id = first_reference.line_id

    left join sources as second_source
        on
            first_source.source_document_id = second_source.document_id
            and first_source.source_line_id = second_source.line_id

    left join line_references as second_reference
        on
            second_source.source_document_id = second_reference.document_id
            and second_source.source_line_id = second_reference.line_id

    left join sources as third_source
        on
            second_source.source_document_id = third_source.document_id
            and second_source.source_line_id = third_source.line_id

    left join line_references as third_reference
        on
            third_source.source_document_id = third_reference.document_id
            and third_source.source_line_id = third_reference.line_id

    left join orders_of_documents on lines.document_id = orders_of_documents.document_id

    left join orders_of_returns on lines.document_id = orders_of_returns.document_id

    left join orders_of_sources on lines.document_id = orders_of_sources.document_id

),

matched as (

    select
        walked.document_id,
        walked.line_id,
        walked.store,
        walked.order_id,
        order_lines.order_line_id,
        case
            when
                walked.storefront_line_reference in (order_lines.order_line_id, order_lines.order_line_number)
                then 1
            when order_lines.sku = walked.sku and order_lines.lines_of_sku_count = 1 then 2
            when
                order_lines.sku = walked.sku
                and prices.unit_price_minor * walked.quantity = walked.amount_minor
                then 3
        end as rule_rank

    from walked

    inner join order_lines
        on
            walked.store = order_lines.store
            and walked.order_id = order_lines.order_id

    left join prices
        on
            order_lines.store = prices.store
            and order_lines.order_line_id = prices.order_line_id
            and walked.sku = order_lines.sku
            and order_lines.lines_of_sku_count > 1

),

first_rule as (

    select
        *,
        min(rule_rank) over (partition by document_id, line_id) as first_rule_rank

    from matched

    where rule_rank is not null

),

matched_once as (

    select
        document_id,
        line_id,
        min(store) as store,
        min(order_id) as order_id,
        min(order_line_id) as order_line_id

    from first_rule

    where rule_rank = first_rule_rank

    group by document_id, line_id

    having count(distinct order_line_id) = 1

)

select * from matched_once
