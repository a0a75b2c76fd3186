with

of_returns as (

    select
        store,
        refund_id,
        order_id,
        refunded_at,
        {{ case_key('store', "'return'", 'return_id') }} as case_key

    from {{ changed('int_storefront_refunds') }}

    where return_id is not null

),

without_return as (

    select
        store,
        refund_id,
        order_id,
        refunded_at,
        case_key

    from {{ changed('int_refunds_without_return') }}

)

select * from of_returns
union all
select * from without_return
