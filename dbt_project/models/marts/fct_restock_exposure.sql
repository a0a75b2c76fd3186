with

intervals as (

    select * from {{ ref('int_exposure_intervals') }}

),

lines as (

    select * from {{ ref('int_case_lines') }}

),

cases as (

    select * from {{ ref('int_cases') }}

),

originals as (

    select * from {{ ref('int_storefront_order_line_amounts') }}

),

stock as (

    select * from {{ ref('int_case_line_stock') }}

),

sales as (

    select * from {{ ref('int_exposure_sales') }}

),

summed_to_line as (

    select
        case_key,
        order_line_id,
        max(exposed_quantity) as peak_quantity,
        max(case when ended_at is null then exposed_quantity else 0 end) as open_quantity,
        sum(exposed_quantity * {{ seconds_between('started_at', 'coalesce(ended_at, ' ~ as_of() ~ ')') }})
            as unit_seconds,
        min(started_at) as first_exposed_at,
        case when max(case when ended_at is null then 1 else 0 end) = 0 then max(ended_at) end as last_cleared_at

    from intervals

    group by case_key, order_line_id

),

final as (

    select
        cases.case_key,
        cases.case_name,
        cases.store,
        case_currencies.currency,
        lines.order_line_id,
        lines.sku,
        coalesce(stock.restored_location_name, locations.location_name) as location,
        summed_to_line.peak_quantity,
        summed_to_line.open_quantity,
        cast(
            {{ ratio('summed_to_line.unit_seconds', '100', '3600') }} * cast(0.01 as decimal(3, 2)) as decimal(18, 2)
        ) as unit_hours,
        {{ from_minor(
            ratio('originals.net_minor', 'summed_to_line.peak_quantity', 'lines.ordered_quantity'),
            'case_currencies.currency'
        ) }} as peak_amount,
        {{ from_minor(
            ratio('originals.net_minor', 'summed_to_line.open_quantity', 'lines.ordered_quantity'),
            'case_currencies.currency'
        ) }} as open_amount,
        coalesce(sales.sold_quantity, 0) as sold_quantity,
        least(summed_to_line.peak_quantity, coalesce(sales.sold_quantity, 0)) as at_risk_quantity,
        case
            when lines.passed_quantity + lines.failed_quantity >= lines.due_quantity
                then least(lines.failed_quantity, summed_to_line.open_quantity)
            else 0
        end as failed_quantity,
        summed_to_line.first_exposed_at,
        summed_to_line.last_cleared_at

    from summed_to_line

    inner join lines
        on
            summed_to_line.case_key = lines.case_key
            and summed_to_line.order_line_id = lines.order_line_id

    inner join cases on summed_to_line.case_key = cases.case_key

    inner join {{ ref('int_case_currencies') }} as case_currencies
        on summed_to_line.case_key = case_currencies.case_key

    left join originals
        on
            lines.store = originals.store
            and lines.order_line_id = originals.order_line_id
            and case_currencies.currency = originals.currency

    left join stock
        on
            lines.case_key = stock.case_key
            and lines.order_line_id = stock.order_line_id

    left join {{ ref('stg_shopify__locations') }} as locations
        on
            lines.store = locations.store
            and stock.restored_location_id = locations.location_id

    left join sales
        on
            lines.case_key = sales.case_key
            and lines.order_line_id = sales.order_line_id

)

select * from final
