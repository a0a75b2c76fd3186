with

rmas as (

    select * from {{ changed('int_rmas_linked_to_cases') }}

),

credit_lines as (

    select * from {{ changed('int_credit_lines_linked_to_cases') }}

),

documents as (

    select * from {{ changed('int_erp_documents') }}

),

orders_of_documents as (

    select * from {{ changed('int_erp_documents_linked_to_orders') }}

),

ambiguous_cases as (

    select {{ case_key('store', "'return'", 'return_id') }} as case_key
    from {{ changed('int_rmas_matched_by_lines') }}
    where is_ambiguous
    union
    select case_key
    from {{ changed('int_credits_matched_by_lines') }}
    where is_ambiguous

),

cases_credited_by_lines as (

    select distinct case_key
    from credit_lines
    where link_method = 'order_lines'

),

-- Units that the storefront took back without knowing the sale: no order line stands behind them.
unverified_units as (

    select
        store,
        return_id,
        sum(requested_quantity) as unverified_quantity

    from {{ changed('int_storefront_return_lines') }}

    where order_line_id is null

    group by store, return_id

),

return_cases as (

    select
        {{ case_key('returns.store', "'return'", 'returns.return_id') }} as case_key,
        'return' as kind,
        returns.return_name as case_name,
        returns.store,
        returns.order_id,
        returns.return_id,
        returns.return_status,
        returns.requested_at as taken_at,
        cast(null as {{ text_type() }}) as own_link_method

    from {{ changed('int_storefront_returns') }} as returns

),

refund_cases as (

    select
        refunds.case_key,
        'refund_only' as kind,
        orders.order_name || '/refund-' || cast(refunds.refund_number as {{ text_type() }}) as case_name,
        refunds.store,
        refunds.order_id,
        cast(null as {{ text_type() }}) as return_id,
        cast(null as {{ text_type() }}) as return_status,
        refunds.refunded_at as taken_at,
        cast(null as {{ text_type() }}) as own_link_method

    from {{ changed('int_refunds_without_return') }} as refunds

    inner join {{ changed('int_storefront_orders') }} as orders
        on
            refunds.store = orders.store
            and refunds.order_id = orders.order_id

),

rma_cases as (

    select
        case_key,
        'erp_only' as kind,
        document_number as case_name,
        coalesce(store, 'unassigned') as store,
        order_id,
        cast(null as {{ text_type() }}) as return_id,
        cast(null as {{ text_type() }}) as return_status,
        created_at as taken_at,
        link_method as own_link_method

    from rmas

    where return_id is null

),

credit_cases as (

    select distinct
        credit_lines.case_key,
        'erp_only' as kind,
        documents.document_number as case_name,
        coalesce(orders_of_documents.store, 'unassigned') as store,
        orders_of_documents.order_id,
        cast(null as {{ text_type() }}) as return_id,
        cast(null as {{ text_type() }}) as return_status,
        documents.created_at as taken_at,
        credit_lines.link_method as own_link_method

    from credit_lines

    inner join documents on credit_lines.document_id = documents.document_id

    left join orders_of_documents on credit_lines.document_id = orders_of_documents.document_id

    where credit_lines.link_method in ('ambiguous', 'unlinked')

),

cases as (

    select * from return_cases
    union all
    select * from refund_cases
    union all
    select * from rma_cases
    union all
    select * from credit_cases

),

final as (

    select
        cases.case_key,
        cases.kind,
        cases.case_name,
        cases.store,
        cases.order_id,
        cases.return_id,
        cases.return_status,
        case
            when cases.own_link_method is not null then cases.own_link_method
            when case_rmas.link_rank = 3 then 'explicit'
            when case_rmas.link_rank = 2 or cases_credited_by_lines.case_key is not null then 'order_lines'
            when ambiguous_cases.case_key is not null then 'ambiguous'
            else 'unlinked'
        end as link_method,
        cases.kind <> 'erp_only'
        and coalesce(cases.return_status, '') not in ('declined', 'cancelled') as is_taking_units,
        cast(coalesce(unverified_units.unverified_quantity, 0) as integer) as unverified_quantity,
        cases.taken_at

    from cases

    left join {{ changed('int_case_rmas') }} as case_rmas on cases.case_key = case_rmas.case_key

    left join cases_credited_by_lines on cases.case_key = cases_credited_by_lines.case_key

    left join ambiguous_cases on cases.case_key = ambiguous_cases.case_key

    left join unverified_units
        on
            cases.store = unverified_units.store
            and cases.return_id = unverified_units.return_id

)

select * from final
