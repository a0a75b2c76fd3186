-- Units of the same sku that the store sold in orders placed while a line was exposed.
with

intervals as (

    select * from {{ ref('int_exposure_intervals') }}

),

lines as (

    select * from {{ ref('int_case_lines') }}

),

sales as (

    select * from {{ ref('int_storefront_order_lines') }}

),

summed_to_line as (

    select
        intervals.case_key,
        intervals.order_line_id,
        cast(sum(sales.ordered_quantity) as integer) as sold_quantity

    from intervals

    inner join lines
        on
            intervals.case_key = lines.case_key
            and intervals.order_line_id = lines.order_line_id

    inner join sales
        on
            lines.store = sales.store
            and lines.sku = sales.sku
            and intervals.started_at <= sales.placed_at
            and (intervals.ended_at is null or intervals.ended_at > sales.placed_at)

    group by intervals.case_key, intervals.order_line_id

)

select * from summed_to_line
