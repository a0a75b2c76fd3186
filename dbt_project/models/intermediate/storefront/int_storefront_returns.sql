with

returns as (

    select * from {{ changed('stg_shopify__returns') }}

),

orders as (

    select * from {{ changed('int_storefront_orders') }}

),

as_they_stood as (

    select
        returns.store,
        returns.return_id,
        {{ id_tail('returns.return_id') }} as return_number,
        returns.order_id,
        returns.return_name,
        case
            when returns.return_status in ('open', 'closed') and returns.approved_at > {{ as_of() }}
                then 'requested'
            when returns.return_status = 'closed' and returns.closed_at > {{ as_of() }}
                then 'open'
            when returns.return_status in ('canceled', 'cancelled')
                then 'cancelled'
            else returns.return_status
        end as return_status,
        returns.requested_at,
        case when returns.approved_at <= {{ as_of() }} then returns.approved_at end as approved_at,
        case when returns.closed_at <= {{ as_of() }} then returns.closed_at end as closed_at

    from returns

    inner join orders
        on
            returns.store = orders.store
            and returns.order_id = orders.order_id

    where returns.requested_at <= {{ as_of() }}

)

select * from as_they_stood
