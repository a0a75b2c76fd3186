-- The order that a return, a receipt or a credit leads to.
with

documents as (

    select document_id

    from {{ changed('int_erp_documents') }}

    where
        document_type in ('return_authorization', 'item_receipt', 'credit_memo', 'cash_refund')
        and is_effective

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

final as (

    select
        documents.document_id,
        coalesce(linked.store, orders_of_returns.store, orders_of_sources.store) as store,
        coalesce(linked.order_id, orders_of_returns.order_id, orders_of_sources.order_id) as order_id

    from documents

    left join {{ changed('int_erp_documents_linked_to_orders') }} as linked
        on documents.document_id = linked.document_id

    left join orders_of_returns on documents.document_id = orders_of_returns.document_id

    left join orders_of_sources on documents.document_id = orders_of_sources.document_id

)

select * from final
