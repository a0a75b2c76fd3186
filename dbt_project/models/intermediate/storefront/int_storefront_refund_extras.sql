-- What a refund gave back that is no returned good, and that the sales ledger alone tells as such: tips, and fees that
-- were charged on top of the order. What a return's agreement books went back with the return's first refund.
with

refunds as (

    select
        refunds.store,
        refunds.refund_id,
        refunds.return_id,
        orders.is_tax_included,
        orders.shop_currency,
        orders.presentment_currency,
        row_number() over (
            partition by refunds.store, refunds.return_id
            order by refunds.refunded_at, refunds.refund_id
        ) as refund_number

    from {{ changed('int_storefront_refunds') }} as refunds

    inner join {{ changed('int_storefront_orders') }} as orders
        on
            refunds.store = orders.store
            and refunds.order_id = orders.order_id

),

fees as (

    select *

    from {{ changed('stg_shopify__sales') }}

    where
        line_type = 'additional_fee'
        and sale_action = 'return'
        and happened_at <= {{ as_of() }}

),

tips as (

    select
        refunds.store,
        refunds.refund_id,
        refunds.is_tax_included,
        refunds.shop_currency,
        refunds.presentment_currency,
        lines.subtotal_set,
        lines.tax_set

    from {{ changed('stg_shopify__refund_lines') }} as lines

    inner join refunds
        on
            lines.store = refunds.store
            and lines.refund_id = refunds.refund_id

    inner join {{ changed('int_storefront_tip_lines') }} as tip_lines
        on
            lines.store = tip_lines.store
            and lines.order_line_id = tip_lines.order_line_id

),

fees_of_refunds as (

    select
        refunds.store,
        refunds.refund_id,
        refunds.shop_currency,
        refunds.presentment_currency,
        fees.total_set

    from fees

    inner join refunds
        on
            fees.store = refunds.store
            and fees.refund_id = refunds.refund_id

    union all

    select
        refunds.store,
        refunds.refund_id,
        refunds.shop_currency,
        refunds.presentment_currency,
        fees.total_set

    from fees

    inner join refunds
        on
            fees.store = refunds.store
            and fees.return_id = refunds.return_id
            and refunds.refund_number = 1

),

tips_in_each_currency as (

    {{ in_each_currency('tips') }}

),

fees_in_each_currency as (

    {{ in_each_currency('fees_of_refunds') }}

),

extras as (

    select
        store,
        refund_id,
        currency,
        {{ minor_of('subtotal_set') }} + case when is_tax_included then 0 else {{ minor_of('tax_set') }} end
            as extra_minor

    from tips_in_each_currency

    union all

    select
        store,
        refund_id,
        currency,
        -{{ minor_of('total_set') }} as extra_minor

    from fees_in_each_currency

),

summed_to_refund as (

    select
        store,
        refund_id,
        currency,
        sum(extra_minor) as extra_minor

    from extras

    group by store, refund_id, currency

)

select * from summed_to_refund
