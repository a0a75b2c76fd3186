with

customers as (

    select * from {{ ref('stg_shopify__customers') }}

),

final as (

    select
        store,
        customer_key,
        min(customer_type) as customer_type,
        min(display_name) as display_name

    from customers

    where customer_key is not null

    group by store, customer_key

)

select * from final
