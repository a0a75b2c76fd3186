with

refunds as (

    select * from {{ changed('int_storefront_refunds') }}

    where return_id is null

),

numbered as (

    select
        store,
        refund_id,
        order_id,
        refunded_at,
        {{ case_key('store', "'refund'", 'refund_id') }} as case_key,
        row_number() over (partition by store, order_id order by refunded_at, refund_id) as refund_number

    from refunds

)

select * from numbered
