-- Unit and value return rate, by the month of the order (cohort) and by the month of the receipt (activity).
with

orders as (

    select * from {{ ref('int_storefront_orders') }}

),

lines as (

    select * from {{ ref('int_storefront_order_lines') }}

),

originals as (

    select * from {{ ref('int_storefront_order_line_amounts') }}

),

sold as (

    select
        orders.store,
        lines.order_line_id,
        orders.shop_currency as currency,
        lines.ordered_quantity,
        coalesce(originals.net_minor, 0) as net_minor,
        {{ store_month('orders.placed_at', 'orders.store') }} as sold_in

    from lines

    inner join orders
        on
            lines.store = orders.store
            and lines.order_id = orders.order_id

    left join originals
        on
            lines.store = originals.store
            and lines.order_line_id = originals.order_line_id
            and orders.shop_currency = originals.currency

),

received as (

    select
        sold.store,
        sold.currency,
        sold.sold_in,
        {{ store_month('receipts.received_at', 'sold.store') }} as received_in,
        receipts.quantity,
        {{ ratio('sold.net_minor', 'cast(receipts.quantity as bigint)', 'sold.ordered_quantity') }} as net_minor

    from {{ ref('int_case_receipt_lines') }} as receipts

    inner join {{ ref('int_cases') }} as cases on receipts.case_key = cases.case_key

    inner join sold
        on
            cases.store = sold.store
            and receipts.order_line_id = sold.order_line_id

),

entries as (

    {% for basis, month in {'cohort': 'sold_in', 'activity': 'received_in'}.items() %}
        select
            '{{ basis }}' as basis,
            store,
            currency,
            sold_in as period,
            ordered_quantity as sold_quantity,
            net_minor as sold_minor,
            0 as returned_quantity,
            0 as returned_minor
        from sold
        union all
        select
            '{{ basis }}' as basis,
            store,
            currency,
            {{ month }} as period,
            0 as sold_quantity,
            0 as sold_minor,
            quantity as returned_quantity,
            net_minor as returned_minor
        from received
        {% if not loop.last %}union all{% endif %}
    {% endfor %}

),

summed_to_period as (

    select
        basis,
        store,
        currency,
        period,
        sum(sold_quantity) as sold_quantity,
        sum(returned_quantity) as returned_quantity,
        {{ from_minor('sum(sold_minor)', 'currency') }} as sold_amount,
        {{ from_minor('sum(returned_minor)', 'currency') }} as returned_amount

    from entries

    group by basis, store, currency, period

),

final as (

    select
        'unit_return_rate' as kpi,
        store,
        currency,
        period,
        basis,
        returned_quantity as numerator,
        sold_quantity as denominator,
        {{ rate('returned_quantity', 'sold_quantity') }} as measured,
        returned_amount as amount

    from summed_to_period

    union all

    select
        'value_return_rate' as kpi,
        store,
        currency,
        period,
        basis,
        returned_amount as numerator,
        sold_amount as denominator,
        {{ rate('returned_amount', 'sold_amount') }} as measured,
        returned_amount as amount

    from summed_to_period

)

select * from final
