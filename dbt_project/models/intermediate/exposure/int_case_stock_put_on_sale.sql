-- Of the units that each case put on sale, how many had not passed before.
with

events as (

    select * from {{ changed('int_stock_events') }}

    where
        kind in ('return', 'refund_only')
        and event in ('restored', 'restock', 'quarantine', 'passed')

),

instants as (

    select
        case_key,
        order_line_id,
        occurred_at,
        sum(case when event in ('restored', 'restock') then quantity else 0 end) as put_on_sale,
        sum(case when event in ('quarantine', 'passed') then quantity else 0 end) as covered

    from events

    group by case_key, order_line_id, occurred_at

),

-- A pass and a quarantine come before what the same instant puts on sale.
before as (

    select
        case_key,
        put_on_sale,
        sum(put_on_sale - covered) over (
            partition by case_key, order_line_id
            order by occurred_at
            rows between unbounded preceding and current row
        ) - put_on_sale as uncovered_before

    from instants

),

summed_to_case as (

    select
        case_key,
        sum(put_on_sale) as put_on_sale,
        sum(greatest(0, uncovered_before + put_on_sale) - greatest(0, uncovered_before)) as put_on_sale_unpassed

    from before

    group by case_key

)

select * from summed_to_case
