with

variances as (

    select * from {{ ref('int_case_variances') }}

),

cases as (

    select * from {{ ref('int_cases') }}

),

case_refunds as (

    select * from {{ ref('int_case_refunds') }}

),

-- The storefront's own total of each order, against the refund transactions that landed for it.
order_totals as (

    select
        store,
        shop_currency as currency,
        count(case when total_refunded_amount <> 0 then 1 end) as source_count,
        sum({{ to_minor('coalesce(total_refunded_amount, 0)', 'shop_currency') }}) as source_minor

    from {{ ref('stg_shopify__orders') }}

    group by store, shop_currency

),

landed_payments as (

    select
        refunds.store,
        orders.shop_currency as currency,
        count(distinct orders.order_id) as mart_count,
        sum({{ to_minor('payments.amount_set.shopMoney.amount', 'orders.shop_currency') }}) as mart_minor

    from {{ ref('stg_shopify__refund_payments') }} as payments

    inner join {{ ref('stg_shopify__refunds') }} as refunds
        on
            payments.store = refunds.store
            and payments.refund_id = refunds.refund_id

    inner join {{ ref('stg_shopify__orders') }} as orders
        on
            refunds.store = orders.store
            and refunds.order_id = orders.order_id

    where
        payments.payment_status = 'success'
        and payments.amount_set.shopMoney.amount <> 0

    group by refunds.store, orders.shop_currency

),

refunds_landed as (

    select
        staged.store,
        count(*) as source_count

    from {{ ref('stg_shopify__refunds') }} as staged

    inner join {{ ref('stg_shopify__orders') }} as orders
        on
            staged.store = orders.store
            and staged.order_id = orders.order_id

    where
        staged.refunded_at <= {{ as_of() }}
        and orders.placed_at <= {{ as_of() }}
        and not orders.is_test

    group by staged.store

),

refunds_in_cases as (

    select
        store,
        count(*) as mart_count

    from case_refunds

    group by store

),

payments_landed as (

    select
        payments.store,
        variances.currency,
        count(*) as source_count,
        sum(payments.amount_minor) as source_minor

    from {{ ref('int_storefront_refund_payments') }} as payments

    inner join case_refunds
        on
            payments.store = case_refunds.store
            and payments.refund_id = case_refunds.refund_id

    inner join variances
        on
            case_refunds.case_key = variances.case_key
            and payments.currency = variances.currency

    where payments.payment_status = 'success'

    group by payments.store, variances.currency

),

payments_in_cases as (

    select
        cases.store,
        variances.currency,
        sum(variances.paid_minor) as mart_minor,
        sum(variances.settled_minor) as settled_minor

    from variances

    inner join cases on variances.case_key = cases.case_key

    where variances.has_refund

    group by cases.store, variances.currency

),

credits_landed as (

    select
        'all' as store,
        documents.currency,
        count(*) as source_count,
        abs(sum({{ to_minor('documents.total_amount', 'documents.currency') }})) as source_minor

    from {{ ref('int_erp_documents') }} as documents

    where
        documents.document_type in ('credit_memo', 'cash_refund')
        and documents.is_effective

    group by documents.currency

),

credit_amounts_in_cases as (

    select
        document_id,
        sum(gross_minor - discount_minor + tax_minor) as mart_minor

    from {{ ref('int_case_credit_lines') }}

    group by document_id

),

credits_in_cases as (

    select
        documents.currency,
        count(*) as mart_count,
        abs(sum(coalesce(credit_amounts_in_cases.mart_minor, 0))) as mart_minor

    from (
        select distinct document_id
        from {{ ref('int_credit_lines_linked_to_cases') }}
    ) as linked

    inner join {{ ref('int_erp_documents') }} as documents on linked.document_id = documents.document_id

    left join credit_amounts_in_cases on linked.document_id = credit_amounts_in_cases.document_id

    group by documents.currency

),

witnessed_credits as (

    select
        currency,
        sum(document_count) as source_count,
        abs(sum({{ to_minor('document_total', 'currency') }})) as source_minor

    from {{ ref('stg_netsuite__control_totals') }}

    where type_code in ('CustCred', 'CashRfnd')

    group by currency

),

credits_staged as (

    select
        currency,
        count(*) as mart_count,
        abs(sum({{ to_minor('total_amount', 'currency') }})) as mart_minor

    from {{ ref('stg_netsuite__transactions') }}

    where
        document_type in ('credit_memo', 'cash_refund')
        and voided_at is null
        and deleted_at is null

    group by currency

),

controls as (

    select
        'order_refund_totals' as control,
        'storefront' as system,
        order_totals.store,
        order_totals.currency,
        order_totals.source_count,
        order_totals.source_minor,
        coalesce(landed_payments.mart_count, 0) as mart_count,
        coalesce(landed_payments.mart_minor, 0) as mart_minor
    from order_totals
    left join landed_payments
        on
            order_totals.store = landed_payments.store
            and order_totals.currency = landed_payments.currency

    union all

    select
        'refunds' as control,
        'storefront' as system,
        refunds_landed.store,
        'all' as currency,
        refunds_landed.source_count,
        0 as source_minor,
        coalesce(refunds_in_cases.mart_count, 0) as mart_count,
        0 as mart_minor
    from refunds_landed
    left join refunds_in_cases on refunds_landed.store = refunds_in_cases.store

    union all

    select
        'refund_transactions' as control,
        'storefront' as system,
        payments_landed.store,
        payments_landed.currency,
        payments_landed.source_count,
        payments_landed.source_minor,
        payments_landed.source_count as mart_count,
        coalesce(payments_in_cases.mart_minor, 0) as mart_minor
    from payments_landed
    left join payments_in_cases
        on
            payments_landed.store = payments_in_cases.store
            and payments_landed.currency = payments_in_cases.currency

    union all

    select
        'credit_totals' as control,
        'erp' as system,
        'all' as store,
        witnessed_credits.currency,
        witnessed_credits.source_count,
        witnessed_credits.source_minor,
        coalesce(credits_staged.mart_count, 0) as mart_count,
        coalesce(credits_staged.mart_minor, 0) as mart_minor
    from witnessed_credits
    left join credits_staged on witnessed_credits.currency = credits_staged.currency

    union all

    select
        'credits' as control,
        'erp' as system,
        credits_landed.store,
        credits_landed.currency,
        credits_landed.source_count,
        credits_landed.source_minor,
        coalesce(credits_in_cases.mart_count, 0) as mart_count,
        coalesce(credits_in_cases.mart_minor, 0) as mart_minor
    from credits_landed
    left join credits_in_cases on credits_landed.currency = credits_in_cases.currency

),

final as (

    select
        control,
        system,
        store,
        currency,
        'all' as period,
        cast(source_count as bigint) as source_count,
        {{ from_minor('source_minor', 'currency') }} as source_amount,
        cast(mart_count as bigint) as mart_count,
        {{ from_minor('mart_minor', 'currency') }} as mart_amount,
        source_count = mart_count and source_minor = mart_minor as is_tied

    from controls

)

select * from final
