-- Credits that no authorization explains: the one case of their order that has no credit and the same contents.
with

credits as (

    select
        documents.document_id,
        documents.document_number,
        documents.created_at,
        linked_orders.store,
        linked_orders.order_id

    from {{ changed('int_erp_documents') }} as documents

    inner join {{ changed('int_erp_documents_linked_to_orders') }} as linked_orders
        on documents.document_id = linked_orders.document_id

    where
        documents.document_type in ('credit_memo', 'cash_refund')
        and documents.is_effective
        and not exists (
            select 1
            from {{ changed('int_erp_document_sources') }} as sources
            where
                sources.document_id = documents.document_id
                and sources.source_document_type = 'return_authorization'
        )

),

orders_of_credits as (

    select distinct
        store,
        order_id

    from credits

),

-- Lines about one order line are added up, as they are in the storefront.
units_of_documents as (

    select
        units.document_id,
        units.sku,
        sum(units.quantity) as quantity

    from {{ changed('int_erp_unit_lines') }} as units

    inner join credits on units.document_id = credits.document_id

    group by units.document_id, units.sku, coalesce(units.order_line_id, cast(units.line_id as {{ text_type() }}))

),

contents_of_credits as (

    select
        document_id,
        {{ joined_in_order(unit_text('sku', 'quantity', unknown='?')) }} as contents

    from units_of_documents

    group by document_id

),

returns_without_rma as (

    select
        returns.store,
        returns.order_id,
        {{ case_key('returns.store', "'return'", 'returns.return_id') }} as case_key,
        {{ joined_in_order(unit_text('order_lines.sku', 'lines.requested_quantity')) }}
            as contents

    from {{ changed('int_storefront_returns') }} as returns

    inner join orders_of_credits
        on
            returns.store = orders_of_credits.store
            and returns.order_id = orders_of_credits.order_id

    inner join {{ changed('int_storefront_return_lines') }} as lines
        on
            returns.store = lines.store
            and returns.return_id = lines.return_id

    left join {{ changed('int_storefront_order_lines') }} as order_lines
        on
            lines.store = order_lines.store
            and lines.order_line_id = order_lines.order_line_id

    where
        returns.return_status not in ('declined', 'cancelled')
        and not exists (
            select 1
            from {{ changed('int_rmas_linked_to_cases') }} as rmas
            where
                rmas.store = returns.store
                and rmas.return_id = returns.return_id
        )

    group by returns.store, returns.order_id, returns.return_id

),

refund_units as (

    select
        store,
        refund_id,
        order_line_id,
        max(refunded_quantity) as refunded_quantity

    from {{ changed('int_storefront_refund_lines') }}

    where
        is_shop_money
        and refunded_quantity > 0

    group by store, refund_id, order_line_id

),

refunds_without_return as (

    select
        refunds.store,
        refunds.order_id,
        refunds.case_key,
        {{ joined_in_order(unit_text('order_lines.sku', 'units.refunded_quantity')) }}
            as contents

    from {{ changed('int_refunds_without_return') }} as refunds

    inner join orders_of_credits
        on
            refunds.store = orders_of_credits.store
            and refunds.order_id = orders_of_credits.order_id

    left join refund_units as units
        on
            refunds.store = units.store
            and refunds.refund_id = units.refund_id

    left join {{ changed('int_storefront_order_lines') }} as order_lines
        on
            units.store = order_lines.store
            and units.order_line_id = order_lines.order_line_id

    group by refunds.store, refunds.order_id, refunds.case_key

),

candidates as (

    select * from returns_without_rma
    union all
    select * from refunds_without_return

),

fits as (

    select
        credits.document_id,
        credits.store,
        credits.order_id,
        candidates.case_key,
        count(*) over (partition by credits.document_id) as fitting_cases_count,
        row_number() over (
            partition by candidates.case_key
            order by credits.created_at, credits.document_number, credits.document_id
        ) as credit_rank

    from credits

    -- What holds no unit fits what holds none: an amount alone, refunded and credited.
    left join contents_of_credits on credits.document_id = contents_of_credits.document_id

    inner join candidates
        on
            credits.store = candidates.store
            and credits.order_id = candidates.order_id
            and coalesce(contents_of_credits.contents, '') = coalesce(candidates.contents, '')

),

-- Once the first credit has taken the one case that fits, a later one fits none.
final as (

    select
        document_id,
        store,
        order_id,
        case_key,
        fitting_cases_count > 1 as is_ambiguous

    from fits

    where fitting_cases_count > 1 or credit_rank = 1

)

select * from final
