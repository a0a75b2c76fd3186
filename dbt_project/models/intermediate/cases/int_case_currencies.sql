with

cases as (

    select * from {{ changed('int_cases') }}

),

orders as (

    select * from {{ changed('int_storefront_orders') }}

),

credits as (

    select * from {{ changed('int_case_credits') }}

),

rmas as (

    select * from {{ changed('int_case_rmas') }}

),

erp_currencies as (

    select
        cases.case_key,
        orders.shop_currency,
        orders.presentment_currency,
        coalesce(credits.currency, rmas.currency) as erp_currency,
        coalesce(credits.currency_count, rmas.currency_count, 0) as erp_currency_count

    from cases

    left join orders
        on
            cases.store = orders.store
            and cases.order_id = orders.order_id

    left join credits on cases.case_key = credits.case_key

    left join rmas on cases.case_key = rmas.case_key

),

final as (

    select
        case_key,
        case
            when shop_currency is null then coalesce(erp_currency, 'XXX')
            when erp_currency_count = 1 and erp_currency = presentment_currency then presentment_currency
            else shop_currency
        end as currency,
        shop_currency is not null
        and (
            erp_currency_count > 1
            or (erp_currency_count = 1 and erp_currency not in (shop_currency, presentment_currency))
        ) as is_currency_mismatch

    from erp_currencies

)

select * from final
