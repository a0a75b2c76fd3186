with

final as (

    select
        store,
        order_id,
        currency,
        sold_in,
        cast(sum(ordered_quantity) as bigint) as sold_quantity,
        cast(sum(net_minor) as bigint) as sold_minor

    from {{ changed('int_lines_sold') }}

    group by store, order_id, currency, sold_in

)

select * from final
