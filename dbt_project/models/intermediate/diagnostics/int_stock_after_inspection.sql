-- Question 2: of the units put on sale, how many had passed before? A later pass does not mend it.
with

events as (

    select * from {{ ref('int_stock_events') }}

    where
        kind in ('return', 'refund_only')
        and event in ('restored', 'restock', 'quarantine', 'passed')

),

exposures_summed_to_case as (

    select
        case_key,
        sum(open_amount) as open_amount

    from {{ ref('fct_restock_exposure') }}

    group by case_key

),

lifecycle as (

    select * from {{ ref('fct_return_lifecycle') }}

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

),

final as (

    select
        'stock_after_inspection' as question,
        lifecycle.store,
        lifecycle.currency,
        sum(summed_to_case.put_on_sale - summed_to_case.put_on_sale_unpassed) as numerator,
        sum(summed_to_case.put_on_sale) as denominator,
        cast(null as decimal(18, 3)) as numerator_amount,
        cast(null as decimal(18, 3)) as denominator_amount,
        sum(coalesce(exposures.open_amount, 0)) as amount

    from summed_to_case

    inner join lifecycle on summed_to_case.case_key = lifecycle.case_key

    left join exposures_summed_to_case as exposures on summed_to_case.case_key = exposures.case_key

    where summed_to_case.put_on_sale > 0

    group by lifecycle.store, lifecycle.currency

)

select * from final
