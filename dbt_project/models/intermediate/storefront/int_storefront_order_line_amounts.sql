with

lines as (

    select
        lines.store,
        lines.order_id,
        lines.order_line_id,
        lines.ordered_quantity,
        lines.unit_price_set,
        lines.discount_allocations,
        lines.tax_lines,
        orders.is_tax_included,
        orders.shop_currency,
        orders.presentment_currency

    from {{ changed('stg_shopify__order_lines') }} as lines

    inner join {{ changed('int_storefront_orders') }} as orders
        on
            lines.store = orders.store
            and lines.order_id = orders.order_id

),

lines_in_each_currency as (

    {{ in_each_currency('lines') }}

),

amounts as (

    select
        store,
        order_id,
        order_line_id,
        currency,
        is_tax_included,
        ordered_quantity,
        {{ minor_of('unit_price_set') }} as unit_price_minor,
        {{ minor_sum_of('discount_allocations', 'allocatedAmountSet') }} as discount_minor,
        {{ minor_sum_of('tax_lines', 'priceSet') }} as tax_minor

    from lines_in_each_currency

),

charged as (

    select
        *,
        ordered_quantity * unit_price_minor - discount_minor as charged_minor,
        is_tax_included and ordered_quantity * unit_price_minor > discount_minor as has_tax_in_price

    from amounts

),

-- The part of a price that is not tax, as a fraction: it is never divided out.
untaxed_parts as (

    select
        *,
        charged_minor - case when is_tax_included then tax_minor else 0 end as net_minor,
        case when has_tax_in_price then charged_minor - tax_minor else 1 end as untaxed_numerator,
        case when has_tax_in_price then charged_minor else 1 end as untaxed_divisor

    from charged

),

final as (

    select
        store,
        order_id,
        order_line_id,
        currency,
        is_tax_included,
        ordered_quantity,
        unit_price_minor,
        discount_minor,
        tax_minor,
        net_minor,
        untaxed_numerator,
        untaxed_divisor,
        {{ ratio('discount_minor', 'untaxed_numerator', 'untaxed_divisor') }} as untaxed_discount_minor

    from untaxed_parts

)

select * from final
