-- Shipping of an order is given back once: what an earlier case took is not there for a later one. Cases of one order
-- may be compared in different currencies, so each claim is known in every currency of the order.
with

cases as (

    select * from {{ changed('int_cases') }}

),

case_currencies as (

    select * from {{ changed('int_case_currencies') }}

),

order_shipping as (

    select * from {{ changed('int_storefront_order_shipping') }}

),

refunded as (

    select
        refunds.case_key,
        amounts.currency,
        sum(amounts.shipping_minor) as shipping_minor

    from {{ changed('int_case_refunds') }} as refunds

    inner join {{ changed('int_storefront_refund_amounts') }} as amounts
        on
            refunds.store = amounts.store
            and refunds.refund_id = amounts.refund_id

    group by refunds.case_key, amounts.currency

),

credited as (

    select
        amounts.case_key,
        case_currencies.currency,
        amounts.shipping_minor

    from {{ changed('int_case_erp_amounts') }} as amounts

    inner join case_currencies on amounts.case_key = case_currencies.case_key

),

claims as (

    select
        cases.case_key,
        cases.store,
        cases.order_id,
        cases.taken_at,
        cases.case_name,
        cases.is_taking_units,
        order_shipping.currency,
        order_shipping.shipping_minor as order_shipping_minor,
        coalesce(refunded.shipping_minor, credited.shipping_minor, 0) as claimed_minor

    from cases

    inner join order_shipping
        on
            cases.store = order_shipping.store
            and cases.order_id = order_shipping.order_id

    left join refunded
        on
            cases.case_key = refunded.case_key
            and order_shipping.currency = refunded.currency

    left join credited
        on
            cases.case_key = credited.case_key
            and order_shipping.currency = credited.currency

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
        taken.case_key,
        least(taken.claimed_minor, greatest(taken.order_shipping_minor - taken.taken_minor, 0)) as shipping_minor

    from taken

    inner join case_currencies
        on
            taken.case_key = case_currencies.case_key
            and taken.currency = case_currencies.currency

)

select * from final
