with

lines as (

    select * from {{ changed('int_erp_lines_traced_to_sales') }}

),

order_lines as (

    select * from {{ changed('int_storefront_order_lines') }}

),

prices as (

    select
        store,
        order_line_id,
        currency,
        min(unit_price_minor) as unit_price_minor

    from {{ changed('int_storefront_order_line_amounts') }}

    group by store, order_line_id, currency

),

matched as (

    select
        lines.document_id,
        lines.line_id,
        lines.store,
        lines.order_id,
        order_lines.order_line_id,
        case
            when
                lines.storefront_line_reference in (order_lines.order_line_id, order_lines.order_line_number)
                then 1
            when order_lines.sku = lines.sku and order_lines.lines_of_sku_count = 1 then 2
            when
                order_lines.sku = lines.sku
                and prices.unit_price_minor * lines.quantity = lines.amount_minor
                then 3
        end as rule_rank

    from lines

    inner join order_lines
        on
            lines.store = order_lines.store
            and lines.order_id = order_lines.order_id

    left join prices
        on
            order_lines.store = prices.store
            and order_lines.order_line_id = prices.order_line_id
            and lines.sku = order_lines.sku
            and order_lines.lines_of_sku_count > 1

),

first_rule as (

    select
        *,
        min(rule_rank) over (partition by document_id, line_id) as first_rule_rank

    from matched

    where rule_rank is not null

),

matched_once as (

    select
        document_id,
        line_id,
        min(store) as store,
        min(order_id) as order_id,
        min(order_line_id) as order_line_id

    from first_rule

    where rule_rank = first_rule_rank

    group by document_id, line_id

    having count(distinct order_line_id) = 1

)

select * from matched_once
