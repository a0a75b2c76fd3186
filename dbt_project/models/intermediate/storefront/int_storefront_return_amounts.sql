with

returns as (

    select
        returns.store,
        returns.return_id,
        returns.return_lines,
        returns.return_shipping_fees,
        orders.is_tax_included,
        orders.shop_currency,
        orders.presentment_currency

    from {{ changed('stg_shopify__returns') }} as returns

    inner join {{ changed('int_storefront_orders') }} as orders
        on
            returns.store = orders.store
            and returns.order_id = orders.order_id

),

returns_in_each_currency as (

    {{ in_each_currency('returns') }}

),

exchange_lines as (

    select
        lines.*,
        returns.is_tax_included,
        returns.shop_currency,
        returns.presentment_currency

    from {{ changed('stg_shopify__exchange_lines') }} as lines

    inner join returns
        on
            lines.store = returns.store
            and lines.return_id = returns.return_id

),

exchange_lines_in_each_currency as (

    {{ in_each_currency('exchange_lines') }}

),

exchanges_summed_to_return as (

    select
        store,
        return_id,
        currency,
        sum(
            exchanged_quantity * {{ minor_of('unit_price_set') }}
            - {{ minor_sum_of('discount_allocations', 'allocatedAmountSet') }}
            + case when is_tax_included then 0 else {{ minor_sum_of('tax_lines', 'priceSet') }} end
        ) as exchange_minor

    from exchange_lines_in_each_currency

    group by store, return_id, currency

),

fees as (

    select
        store,
        return_id,
        currency,
        {{ minor_sum_of('return_lines', 'restockingFee.amountSet') }}
        + {{ minor_sum_of('return_shipping_fees', 'amountSet') }} as fee_minor

    from returns_in_each_currency

),

amounts as (

    select
        fees.store,
        fees.return_id,
        fees.currency,
        fees.fee_minor,
        coalesce(exchanges_summed_to_return.exchange_minor, 0) as exchange_minor,
        exchanges_summed_to_return.return_id is not null as has_exchange

    from fees

    left join exchanges_summed_to_return
        on
            fees.store = exchanges_summed_to_return.store
            and fees.return_id = exchanges_summed_to_return.return_id
            and fees.currency = exchanges_summed_to_return.currency

)

select * from amounts
