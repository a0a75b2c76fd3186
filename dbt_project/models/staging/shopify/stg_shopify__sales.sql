{{ config(meta={'kept_by': 'order_id'}) }}

with

agreements_unnested as (

    select
        orders.store,
        orders.order_id,
        agreement

    from {{ each_of(changed('stg_shopify__sales_agreements'), 'orders', 'agreements', 'agreement') }}

),

sales_unnested as (

    select
        agreements_unnested.store,
        agreements_unnested.order_id,
        agreements_unnested.agreement.__typename as agreement_type,
        agreements_unnested.agreement.refund.id as refund_id,
        agreements_unnested.agreement.{{ quoted("return") }}.id as return_id,
        agreements_unnested.agreement.happenedAt as happened_at,
        sale

    from {{ each_of('agreements_unnested', 'agreements_unnested', 'agreement.sales.nodes', 'sale') }}

),

renamed as (

    select
        store,
        order_id,
        sale.id as sale_id,
        agreement_type,
        refund_id,
        return_id,
        lower(sale.actionType) as sale_action,
        lower(sale.lineType) as line_type,
        sale.lineItem.id as order_line_id,
        sale.quantity as sold_quantity,
        sale.totalAmount as total_set,
        happened_at

    from sales_unnested

)

select * from renamed
