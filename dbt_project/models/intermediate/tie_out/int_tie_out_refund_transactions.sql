-- Every successful refund transaction that landed, against what the cases say was paid, in the cases' currencies.
with

case_refunds as (

    select
        refunds.store,
        refunds.refund_id,
        currencies.currency

    from {{ ref('int_case_refunds') }} as refunds

    inner join {{ ref('int_case_currencies') }} as currencies on refunds.case_key = currencies.case_key

),

payments_landed as (

    select
        payments.store,
        payments.amount_set,
        orders.shop_currency,
        coalesce(case_refunds.currency, orders.shop_currency) as currency

    from {{ ref('stg_shopify__refund_payments') }} as payments

    inner join {{ ref('stg_shopify__refunds') }} as refunds
        on
            payments.store = refunds.store
            and payments.refund_id = refunds.refund_id

    inner join {{ ref('int_storefront_orders') }} as orders
        on
            refunds.store = orders.store
            and refunds.order_id = orders.order_id

    left join case_refunds
        on
            refunds.store = case_refunds.store
            and refunds.refund_id = case_refunds.refund_id

    where
        payments.payment_status = 'success'
        and payments.processed_at <= {{ as_of() }}
        and refunds.refunded_at <= {{ as_of() }}

),

landed as (

    select
        store,
        currency,
        'all' as period,
        1 as document_count,
        case
            when currency = shop_currency then {{ to_minor('amount_set.shopMoney.amount', 'currency') }}
            else {{ to_minor('amount_set.presentmentMoney.amount', 'currency') }}
        end as amount_minor

    from payments_landed

),

counted_in_cases as (

    select
        payments.store,
        payments.currency,
        'all' as period,
        1 as document_count,
        0 as amount_minor

    from {{ ref('int_storefront_refund_payments') }} as payments

    inner join case_refunds
        on
            payments.store = case_refunds.store
            and payments.refund_id = case_refunds.refund_id
            and payments.currency = case_refunds.currency

    where payments.payment_status = 'success'

),

paid_in_cases as (

    select
        cases.store,
        variances.currency,
        'all' as period,
        0 as document_count,
        variances.paid_minor as amount_minor

    from {{ ref('int_case_variances') }} as variances

    inner join {{ ref('int_cases') }} as cases on variances.case_key = cases.case_key

    where variances.has_refund

),

in_cases as (

    select * from counted_in_cases
    union all
    select * from paid_in_cases

)

{{ tie_out('refund_transactions', 'storefront', 'landed', 'in_cases') }}
