with

orders as (

    select * from {{ changed('stg_shopify__orders') }}

),

placed_by_as_of as (

    select
        store,
        order_id,
        {{ id_tail('order_id') }} as order_number,
        order_name,
        customer_id,
        channel,
        shop_currency,
        presentment_currency,
        is_tax_included,
        coalesce(
            {{ any_of('payments', "element.kind in ('SALE', 'CAPTURE') and element.status = 'SUCCESS'") }},
            false
        ) as has_captured_payment,
        coalesce(
            {{ any_of('payments', "element.kind = 'VOID' and element.status = 'SUCCESS'") }},
            false
        ) as has_voided_payment,
        placed_at

    from orders

    where
        placed_at <= {{ as_of() }}
        and not is_test

)

select * from placed_by_as_of
