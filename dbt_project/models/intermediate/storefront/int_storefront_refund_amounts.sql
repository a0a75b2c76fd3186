with

refunds as (

    select
        made.store,
        made.refund_id,
        staged.shipping_lines,
        staged.adjustments,
        staged.duties,
        orders.is_tax_included,
        orders.shop_currency,
        orders.presentment_currency

    from {{ changed('int_storefront_refunds') }} as made

    inner join {{ changed('stg_shopify__refunds') }} as staged
        on
            made.store = staged.store
            and made.refund_id = staged.refund_id

    inner join {{ changed('int_storefront_orders') }} as orders
        on
            made.store = orders.store
            and made.order_id = orders.order_id

),

refunds_in_each_currency as (

    {{ in_each_currency('refunds') }}

),

amounts as (

    select
        store,
        refund_id,
        currency,
        {{ minor_sum_of('shipping_lines', 'subtotalAmountSet') }}
        + case
            when is_tax_included then 0
            else {{ minor_sum_of('shipping_lines', 'taxAmountSet') }}
        end as shipping_minor,
        {{ minor_sum_of('duties', 'amountSet') }}
        - {{ minor_sum_of('adjustments', 'amountSet') }}
        - case
            when is_tax_included then 0
            else {{ minor_sum_of('adjustments', 'taxAmountSet') }}
        end as adjustment_minor

    from refunds_in_each_currency

),

final as (

    select
        amounts.store,
        amounts.refund_id,
        amounts.currency,
        amounts.shipping_minor,
        amounts.adjustment_minor + coalesce(extras.extra_minor, 0) as adjustment_minor

    from amounts

    left join {{ changed('int_storefront_refund_extras') }} as extras
        on
            amounts.store = extras.store
            and amounts.refund_id = extras.refund_id
            and amounts.currency = extras.currency

)

select * from final
