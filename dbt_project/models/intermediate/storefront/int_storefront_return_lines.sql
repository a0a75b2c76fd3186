with

lines as (

    select * from {{ changed('stg_shopify__return_lines') }}

),

returns as (

    select * from {{ changed('int_storefront_returns') }}

),

summed_to_order_line as (

    select
        lines.store,
        lines.return_id,
        lines.order_line_id,
        min(lines.return_reason) as return_reason,
        sum(lines.requested_quantity) as requested_quantity

    from lines

    inner join returns
        on
            lines.store = returns.store
            and lines.return_id = returns.return_id

    group by lines.store, lines.return_id, lines.order_line_id

)

select * from summed_to_order_line
