with

sources as (

    select
        document_id,
        source_document_id

    from {{ changed('int_erp_document_sources') }}

),

references_to_orders as (

    select * from {{ changed('int_sales_orders_linked_to_orders') }}

),

-- A credit stands at most three steps from its sales order: authorization, invoice, order.
ancestors as (

    select
        document_id,
        document_id as ancestor_id,
        0 as steps

    from {{ changed('int_erp_documents') }}

    where is_effective

    union

    select
        document_id,
        source_document_id as ancestor_id,
        1 as steps

    from sources

    union

    select
        nearer.document_id,
        further.source_document_id as ancestor_id,
        2 as steps

    from sources as nearer

    inner join sources as further on nearer.source_document_id = further.document_id

    union

    select
        nearer.document_id,
        furthest.source_document_id as ancestor_id,
        3 as steps

    from sources as nearer

    inner join sources as further on nearer.source_document_id = further.document_id

    inner join sources as furthest on further.source_document_id = furthest.document_id

),

candidates as (

    select
        ancestors.document_id,
        references_to_orders.store,
        references_to_orders.order_id,
        ancestors.steps,
        max(ancestors.steps) over (partition by ancestors.document_id) as furthest_steps

    from ancestors

    inner join references_to_orders on ancestors.ancestor_id = references_to_orders.document_id

),

linked_once as (

    select
        document_id,
        min(store) as store,
        min(order_id) as order_id

    from (
        select distinct
            document_id,
            store,
            order_id

        from candidates

        where steps = furthest_steps
    ) as furthest_references

    group by document_id

    having count(*) = 1

)

select * from linked_once
