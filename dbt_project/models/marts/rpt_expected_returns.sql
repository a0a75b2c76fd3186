with

rates as (

    select
        store,
        month as period,
        cast(rate as decimal(9, 4)) as expected_rate

    from {{ ref('expected_return_rates') }}

),

all_orders as (

    select
        store,
        order_id,
        {{ store_month('placed_at', 'store') }} as period

    from {{ ref('dim_orders') }}

),

-- Of months without a rate nothing is expected: what came back of them is not looked at.
orders as (

    select all_orders.*

    from all_orders

    inner join rates
        on
            all_orders.store = rates.store
            and all_orders.period = rates.period

),

sold as (

    select
        store,
        currency,
        period,
        denominator as sales_amount

    from {{ ref('rpt_return_kpis') }}

    where
        kpi = 'value_return_rate'
        and basis = 'cohort'

),

-- What is asked back of a month's sales, at the line's net price: the liability of those returns stands by itself.
opened as (

    select
        cases.store,
        cases.currency,
        orders.period,
        sum({{ ratio(
            to_minor('lines.original_gross_amount - lines.original_discount_amount', 'lines.currency'),
            'cast(lines.requested_quantity as bigint)', 'lines.ordered_quantity'
        ) }}) as opened_minor

    from {{ ref('fct_return_lines') }} as lines

    inner join {{ ref('fct_return_lifecycle') }} as cases on lines.case_key = cases.case_key

    inner join orders
        on
            cases.store = orders.store
            and cases.order_id = orders.order_id

    where
        cases.kind = 'return'
        and cases.current_stage not in ('declined', 'cancelled')
        and lines.ordered_quantity > 0

    group by cases.store, cases.currency, orders.period

),

minor as (

    select
        sold.store,
        sold.currency,
        sold.period,
        rates.expected_rate,
        {{ to_minor('sold.sales_amount', 'sold.currency') }} as sales_minor,
        coalesce(opened.opened_minor, 0) as opened_minor,
        {{ ratio(
            to_minor('sold.sales_amount', 'sold.currency'),
            'cast(rates.expected_rate * 10000 as bigint)', '10000'
        ) }} as expected_minor

    from rates

    inner join sold
        on
            rates.store = sold.store
            and rates.period = sold.period

    left join opened
        on
            sold.store = opened.store
            and sold.currency = opened.currency
            and sold.period = opened.period

),

final as (

    select
        store,
        currency,
        period,
        expected_rate,
        {{ from_minor('sales_minor', 'currency') }} as sales_amount,
        {{ from_minor('opened_minor', 'currency') }} as opened_amount,
        {{ from_minor('greatest(expected_minor - opened_minor, 0)', 'currency') }} as estimated_amount

    from minor

)

select * from final
