-- Shipping of an order is given back once: what an earlier case took is not there for a later one.
with

cases as (

    select
        cases.*,
        case_currencies.currency

    from {{ changed('int_cases') }} as cases

    inner join {{ changed('int_case_currencies') }} as case_currencies on cases.case_key = case_currencies.case_key

),

claims as (

    select
        cases.case_key,
        cases.store,
        cases.order_id,
        cases.currency,
        cases.taken_at,
        cases.case_name,
        cases.is_taking_units,
        coalesce(storefront.shipping_minor, erp.shipping_minor, 0) as claimed_minor,
        coalesce(order_shipping.shipping_minor, 0) as order_shipping_minor

    from cases

    left join {{ changed('int_case_storefront_amounts') }} as storefront on cases.case_key = storefront.case_key

    left join {{ changed('int_case_erp_amounts') }} as erp on cases.case_key = erp.case_key

    left join {{ changed('int_storefront_order_shipping') }} as order_shipping
        on
            cases.store = order_shipping.store
            and cases.order_id = order_shipping.order_id
            and cases.currency = order_shipping.currency

),

taken as (

    select
        *,
        case
            when is_taking_units
                then
                    coalesce(
                        sum(case when is_taking_units then claimed_minor else 0 end) over (
                            partition by store, order_id, currency
                            order by taken_at, case_name
                            rows between unbounded preceding and 1 preceding
                        ), 0
                    )
            else 0
        end as taken_minor

    from claims

),

final as (

    select
        case_key,
        least(claimed_minor, greatest(order_shipping_minor - taken_minor, 0)) as shipping_minor

    from taken

)

select * from final
