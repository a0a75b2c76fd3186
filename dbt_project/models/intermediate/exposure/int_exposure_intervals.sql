-- Units on sale that no inspection had passed, as a step function: one row per step.
with

events as (

    select * from {{ changed('int_stock_events') }}

    where
        kind in ('return', 'refund_only')
        and event in ('restored', 'restock', 'quarantine', 'passed')

),

-- At one instant a pass and a quarantine come before what puts units on sale: their sum is where the instant ends.
steps as (

    select
        case_key,
        order_line_id,
        occurred_at,
        sum(case when event in ('restored', 'restock') then quantity else -quantity end) as change_quantity

    from events

    group by case_key, order_line_id, occurred_at

),

levels as (

    select
        case_key,
        order_line_id,
        occurred_at as started_at,
        lead(occurred_at) over (partition by case_key, order_line_id order by occurred_at) as ended_at,
        greatest(
            0,
            sum(change_quantity) over (
                partition by case_key, order_line_id
                order by occurred_at
                rows between unbounded preceding and current row
            )
        ) as exposed_quantity

    from steps

),

final as (

    select
        case_key,
        order_line_id,
        cast(exposed_quantity as integer) as exposed_quantity,
        started_at,
        ended_at

    from levels

    where exposed_quantity > 0

)

select * from final
