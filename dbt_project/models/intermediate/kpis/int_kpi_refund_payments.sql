-- Refund rate, pending rate and coverage by bank references, in the shop's currency.
with

orders as (

    select * from {{ ref('int_storefront_orders') }}

),

line_totals as (

    select
        store,
        order_id,
        currency,
        sum(net_minor + tax_minor) as total_minor

    from {{ ref('int_storefront_order_line_amounts') }}

    group by store, order_id, currency

),

shipping as (

    select * from {{ ref('int_storefront_order_shipping') }}

),

payments as (

    select
        store,
        currency,
        payment_status,
        bank_reference,
        amount_minor,
        {{ store_month('processed_at', 'store') }} as period

    from {{ ref('int_storefront_refund_payments') }}

    where is_shop_money

),

entries as (

    select
        orders.store,
        orders.shop_currency as currency,
        {{ store_month('orders.placed_at', 'orders.store') }} as period,
        0 as refunded_minor,
        coalesce(line_totals.total_minor, 0) + coalesce(shipping.shipping_minor, 0) as ordered_minor

    from orders

    left join line_totals
        on
            orders.store = line_totals.store
            and orders.order_id = line_totals.order_id
            and orders.shop_currency = line_totals.currency

    left join shipping
        on
            orders.store = shipping.store
            and orders.order_id = shipping.order_id
            and orders.shop_currency = shipping.currency

    union all

    select
        store,
        currency,
        period,
        amount_minor as refunded_minor,
        0 as ordered_minor

    from payments

    where payment_status = 'success'

),

summed_to_period as (

    select
        store,
        currency,
        period,
        {{ from_minor('sum(refunded_minor)', 'currency') }} as refunded_amount,
        {{ from_minor('sum(ordered_minor)', 'currency') }} as ordered_amount

    from entries

    group by store, currency, period

),

pending as (

    select
        store,
        currency,
        sum(case when payment_status in ('pending', 'awaiting_response') then 1 else 0 end) as pending_count,
        count(*) as payment_count,
        sum(case when payment_status = 'success' and bank_reference is not null then 1 else 0 end)
            as referenced_count,
        sum(case when payment_status = 'success' then 1 else 0 end) as paid_count,
        {{ from_minor(
            "sum(case when payment_status = 'success' and bank_reference is null then amount_minor else 0 end)",
            'currency'
        ) }} as unreferenced_amount,
        {{ from_minor(
            "sum(case when payment_status in ('pending', 'awaiting_response') then amount_minor else 0 end)",
            'currency'
        ) }} as pending_amount

    from payments

    group by store, currency

),

final as (

    select
        'refund_rate' as kpi,
        store,
        currency,
        period,
        'activity' as basis,
        refunded_amount as numerator,
        ordered_amount as denominator,
        {{ rate('refunded_amount', 'ordered_amount') }} as measured,
        refunded_amount as amount

    from summed_to_period

    union all

    select
        'pending_rate' as kpi,
        store,
        currency,
        'all' as period,
        'as_of' as basis,
        pending_count as numerator,
        payment_count as denominator,
        {{ rate('pending_count', 'payment_count') }} as measured,
        pending_amount as amount

    from pending

    union all

    select
        'bank_reference_coverage' as kpi,
        store,
        currency,
        'all' as period,
        'as_of' as basis,
        referenced_count as numerator,
        paid_count as denominator,
        {{ rate('referenced_count', 'paid_count') }} as measured,
        unreferenced_amount as amount

    from pending

)

select * from final
