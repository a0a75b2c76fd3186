-- What the storefront's sales ledger took back, against what the cases say was refunded, in the cases' currencies.
with

waiting as (

    select * from {{ ref('int_cases_open_in_sales_ledger') }}

),

refunded as (

    select
        cases.case_key,
        cases.store,
        variances.currency,
        {{ month_of(store_date('refunds.refunded_at', 'cases.store')) }} as period,
        variances.storefront_minor as amount_minor

    from {{ ref('int_case_variances') }} as variances

    inner join {{ ref('int_cases') }} as cases on variances.case_key = cases.case_key

    inner join {{ ref('int_case_storefront_amounts') }} as refunds on variances.case_key = refunds.case_key

    left join waiting on variances.case_key = waiting.case_key

    where waiting.case_key is null

),

sales as (

    select
        sales.*,
        orders.shop_currency,
        coalesce(currencies.currency, orders.shop_currency) as currency

    from {{ ref('int_sales_taken_back') }} as sales

    inner join {{ ref('int_storefront_orders') }} as orders
        on
            sales.store = orders.store
            and sales.order_id = orders.order_id

    left join {{ ref('int_case_currencies') }} as currencies on sales.case_key = currencies.case_key

    left join waiting on sales.case_key = waiting.case_key

    where waiting.case_key is null

),

summed_to_case as (

    select
        store,
        order_id,
        case_key,
        currency,
        min(happened_at) as happened_at,
        -sum(
            case
                when currency = shop_currency then {{ to_minor('total_set.shopMoney.amount', 'currency') }}
                else {{ to_minor('total_set.presentmentMoney.amount', 'currency') }}
            end
        ) as amount_minor

    from sales

    group by store, order_id, case_key, currency

),

taken_back as (

    select
        summed_to_case.store,
        summed_to_case.currency,
        coalesce(
            refunded.period, {{ month_of(store_date('summed_to_case.happened_at', 'summed_to_case.store')) }}
        ) as period,
        1 as document_count,
        summed_to_case.amount_minor

    from summed_to_case

    left join refunded on summed_to_case.case_key = refunded.case_key

    where summed_to_case.amount_minor <> 0

),

refunded_in_cases as (

    select
        store,
        currency,
        period,
        1 as document_count,
        amount_minor

    from refunded

    where amount_minor <> 0

)

{{ tie_out('sales_agreements', 'storefront', 'taken_back', 'refunded_in_cases') }}
