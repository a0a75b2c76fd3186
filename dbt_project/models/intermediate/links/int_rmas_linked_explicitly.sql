with

rmas as (

    select
        document_id,
        storefront_return_reference

    from {{ changed('int_erp_documents') }}

    where
        document_type = 'return_authorization'
        and is_effective
        and storefront_return_reference is not null

),

orders_of_rmas as (

    select * from {{ changed('int_erp_documents_linked_to_orders') }}

),

returns as (

    select * from {{ changed('int_storefront_returns') }}

),

return_names_and_ids as (

    select
        store,
        return_id,
        order_id,
        return_id as reference
    from returns
    union all
    select
        store,
        return_id,
        order_id,
        return_number as reference
    from returns
    union all
    select
        store,
        return_id,
        order_id,
        return_name as reference
    from returns

),

matched as (

    select distinct
        rmas.document_id,
        return_names_and_ids.store,
        return_names_and_ids.return_id,
        return_names_and_ids.order_id,
        case
            when
                orders_of_rmas.store = return_names_and_ids.store
                and orders_of_rmas.order_id = return_names_and_ids.order_id
                then 1
            else 0
        end as is_of_the_same_order

    from rmas

    inner join return_names_and_ids on rmas.storefront_return_reference = return_names_and_ids.reference

    left join orders_of_rmas on rmas.document_id = orders_of_rmas.document_id

),

-- Two stores may use one name: the return of the authorization's own order is meant.
nearest as (

    select
        *,
        max(is_of_the_same_order) over (partition by document_id) as has_the_same_order

    from matched

),

matched_once as (

    select
        document_id,
        min(store) as store,
        min(return_id) as return_id,
        min(order_id) as order_id

    from nearest

    where is_of_the_same_order = has_the_same_order

    group by document_id

    having count(*) = 1

)

select * from matched_once
