with

unlinked_rmas as (

    select
        documents.document_id,
        linked_orders.store,
        linked_orders.order_id

    from {{ changed('int_erp_documents') }} as documents

    inner join {{ changed('int_erp_documents_linked_to_orders') }} as linked_orders
        on documents.document_id = linked_orders.document_id

    left join {{ changed('int_rmas_linked_explicitly') }} as linked
        on documents.document_id = linked.document_id

    where
        documents.document_type = 'return_authorization'
        and documents.is_effective
        and documents.document_status <> 'cancelled'
        and linked.document_id is null

),

orders_of_rmas as (

    select distinct
        store,
        order_id

    from unlinked_rmas

),

unlinked_returns as (

    select
        returns.store,
        returns.return_id,
        returns.order_id

    from {{ changed('int_storefront_returns') }} as returns

    inner join orders_of_rmas
        on
            returns.store = orders_of_rmas.store
            and returns.order_id = orders_of_rmas.order_id

    where
        returns.return_status not in ('declined', 'cancelled')
        and not exists (
            select 1
            from {{ changed('int_rmas_linked_explicitly') }} as linked
            where
                linked.store = returns.store
                and linked.return_id = returns.return_id
        )

),

-- Lines about one order line are added up, as they are in the storefront.
units_of_documents as (

    select
        units.document_id,
        units.sku,
        sum(units.quantity) as quantity

    from {{ changed('int_erp_unit_lines') }} as units

    inner join unlinked_rmas on units.document_id = unlinked_rmas.document_id

    group by units.document_id, units.sku, coalesce(units.order_line_id, cast(units.line_id as {{ text_type() }}))

),

contents_of_rmas as (

    select
        document_id,
        {{ joined_in_order(unit_text('sku', 'quantity', unknown='?')) }} as contents

    from units_of_documents

    group by document_id

),

contents_of_returns as (

    select
        lines.store,
        lines.return_id,
        {{ joined_in_order(unit_text('order_lines.sku', 'lines.requested_quantity')) }}
            as contents

    from {{ changed('int_storefront_return_lines') }} as lines

    inner join unlinked_returns
        on
            lines.store = unlinked_returns.store
            and lines.return_id = unlinked_returns.return_id

    left join {{ changed('int_storefront_order_lines') }} as order_lines
        on
            lines.store = order_lines.store
            and lines.order_line_id = order_lines.order_line_id

    group by lines.store, lines.return_id

),

fits as (

    select
        unlinked_rmas.document_id,
        unlinked_returns.store,
        unlinked_returns.return_id,
        unlinked_returns.order_id,
        count(*) over (partition by unlinked_rmas.document_id) as fitting_returns_count,
        count(*) over (
            partition by unlinked_returns.store, unlinked_returns.return_id
        ) as fitting_rmas_count

    from unlinked_rmas

    inner join contents_of_rmas on unlinked_rmas.document_id = contents_of_rmas.document_id

    inner join unlinked_returns
        on
            unlinked_rmas.store = unlinked_returns.store
            and unlinked_rmas.order_id = unlinked_returns.order_id

    inner join contents_of_returns
        on
            unlinked_returns.store = contents_of_returns.store
            and unlinked_returns.return_id = contents_of_returns.return_id
            and contents_of_rmas.contents = contents_of_returns.contents

),

final as (

    select
        document_id,
        store,
        return_id,
        order_id,
        fitting_returns_count > 1 or fitting_rmas_count > 1 as is_ambiguous

    from fits

)

select * from final
