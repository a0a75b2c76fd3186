with

taxes as (

    select
        lines.store,
        lines.order_id,
        lines.order_line_id,
        lines.shop_currency,
        lines.presentment_currency,
        tax

    from {{ each_of(changed('stg_shopify__order_lines'), 'lines', 'tax_lines', 'tax') }}

),

taxes_in_each_currency as (

    {{ in_each_currency('taxes') }}

),

summed_to_code as (

    select
        store,
        order_id,
        order_line_id,
        currency,
        tax.title as tax_code,
        sum({{ minor_of('tax.priceSet') }}) as tax_minor

    from taxes_in_each_currency

    group by store, order_id, order_line_id, currency, tax.title

)

select * from summed_to_code
