-- What a unit of each line cost, in the minor unit of its sale: the ERP keeps cost in its base currency, and a sale's
-- rate brings it into the sale's own.
with

items as (

    select
        store,
        sku,
        unit_cost_amount

    from {{ ref('dim_items') }}

),

costed as (

    select
        lines.*,
        items.unit_cost_amount is not null as has_cost,
        cast(round(coalesce(items.unit_cost_amount, 0) * 100000, 0) as bigint) as unit_cost,
        cast(round(lines.exchange_rate * 1000000, 0) as bigint) as rate,
        {{ minor_scale('lines.currency') }} as minor_scale

    from {{ ref('int_lines_not_credited') }} as lines

    left join items
        on
            lines.store = items.store
            and lines.sku = items.sku

),

final as (

    select
        case_key,
        order_line_id,
        expected_quantity,
        remaining_quantity,
        remaining_minor,
        awaited_quantity,
        arrived_quantity,
        has_cost,
        {{ ratio('unit_cost', 'minor_scale * 1000000', 'rate * 100000') }} as unit_cost_minor

    from costed

)

select * from final
