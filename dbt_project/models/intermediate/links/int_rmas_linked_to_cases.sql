with

rmas as (

    select * from {{ changed('int_erp_documents') }}

    where
        document_type = 'return_authorization'
        and is_effective

),

explicit as (

    select * from {{ changed('int_rmas_linked_explicitly') }}

),

by_lines as (

    select * from {{ changed('int_rmas_matched_by_lines') }}

    where not is_ambiguous

),

ambiguous as (

    select distinct document_id

    from {{ changed('int_rmas_matched_by_lines') }}

    where is_ambiguous

),

orders_of_rmas as (

    select * from {{ changed('int_erp_documents_linked_to_orders') }}

),

linked as (

    select
        rmas.document_id,
        rmas.document_number,
        rmas.document_status,
        rmas.currency,
        rmas.created_at,
        rmas.total_amount,
        coalesce(explicit.store, by_lines.store, orders_of_rmas.store) as store,
        coalesce(explicit.order_id, by_lines.order_id, orders_of_rmas.order_id) as order_id,
        coalesce(explicit.return_id, by_lines.return_id) as return_id,
        case
            when explicit.document_id is not null then 'explicit'
            when by_lines.document_id is not null then 'order_lines'
            when ambiguous.document_id is not null then 'ambiguous'
            else 'unlinked'
        end as link_method

    from rmas

    left join explicit on rmas.document_id = explicit.document_id

    left join by_lines on rmas.document_id = by_lines.document_id

    left join ambiguous on rmas.document_id = ambiguous.document_id

    left join orders_of_rmas on rmas.document_id = orders_of_rmas.document_id

),

final as (

    select
        *,
        {{ case_key(
            'store',
            "case when return_id is null then 'erp' else 'return' end",
            "coalesce(return_id, cast(document_id as " ~ text_type() ~ "))"
        ) }} as case_key

    from linked

)

select * from final
