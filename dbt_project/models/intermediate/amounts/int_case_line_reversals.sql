-- What a precise reversal of each side's units is, from the units that earlier cases took.
with

sides as (

    select
        lines.case_key,
        lines.store,
        lines.order_line_id,
        lines.taken_quantity,
        case_currencies.currency,
        lines.refunded_quantity as storefront_quantity,
        lines.credited_quantity as erp_quantity,
        lines.live_authorized_quantity as authorized_quantity,
        expected_sources.reversed_quantity as expected_quantity

    from {{ changed('int_case_lines') }} as lines

    inner join {{ changed('int_case_expected_sources') }} as expected_sources
        on
            lines.case_key = expected_sources.case_key
            and lines.order_line_id = expected_sources.order_line_id

    inner join {{ changed('int_case_currencies') }} as case_currencies
        on lines.case_key = case_currencies.case_key

),

originals as (

    select * from {{ changed('int_storefront_order_line_amounts') }}

),

taxes as (

    select
        sides.case_key,
        sides.order_line_id,
    {% for side in ['storefront', 'erp', 'authorized', 'expected'] %}
        sum({{ share(
            'taxes.tax_minor', 'sides.taken_quantity', 'sides.' ~ side ~ '_quantity', 'originals.ordered_quantity'
        ) }})
            as {{ side }}_tax_minor
        {{- ',' if not loop.last }}
    {% endfor %}

    from sides

    inner join originals
        on
            sides.store = originals.store
            and sides.order_line_id = originals.order_line_id
            and sides.currency = originals.currency

    inner join {{ changed('int_storefront_order_line_taxes') }} as taxes
        on
            sides.store = taxes.store
            and sides.order_line_id = taxes.order_line_id
            and sides.currency = taxes.currency

    group by sides.case_key, sides.order_line_id

),

shares as (

    select
        sides.*,
        originals.ordered_quantity,
        originals.unit_price_minor,
        originals.is_tax_included,
        originals.untaxed_numerator,
        originals.untaxed_divisor,
        originals.net_minor,
    {% for side in ['storefront', 'erp', 'authorized', 'expected'] %}
        coalesce(taxes.{{ side }}_tax_minor, 0) as {{ side }}_tax_minor,
        {{ share(
            'originals.discount_minor', 'sides.taken_quantity', 'sides.' ~ side ~ '_quantity', 'originals.ordered_quantity'
        ) }}
            as {{ side }}_charged_discount_minor,
        {{ share(
            'originals.untaxed_discount_minor', 'sides.taken_quantity', 'sides.' ~ side ~ '_quantity', 'originals.ordered_quantity'
        ) }}
            as {{ side }}_discount_minor
        {{- ',' if not loop.last }}
    {% endfor %}

    from sides

    inner join originals
        on
            sides.store = originals.store
            and sides.order_line_id = originals.order_line_id
            and sides.currency = originals.currency

    left join taxes
        on
            sides.case_key = taxes.case_key
            and sides.order_line_id = taxes.order_line_id

),

totals as (

    select
        *,
    {% for side in ['storefront', 'erp', 'authorized', 'expected'] %}
        {{ side }}_quantity * unit_price_minor - {{ side }}_charged_discount_minor
        + case when is_tax_included then 0 else {{ side }}_tax_minor end as {{ side }}_total_minor
        {{- ',' if not loop.last }}
    {% endfor %}

    from shares

),

final as (

    select
        *,
    {% for side in ['storefront', 'erp', 'authorized', 'expected'] %}
        {{ side }}_total_minor - {{ side }}_tax_minor + {{ side }}_discount_minor as {{ side }}_gross_minor
        {{- ',' if not loop.last }}
    {% endfor %}

    from totals

)

select * from final
