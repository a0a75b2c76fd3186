with

newest as (

    {{ newest_version(source('shopify', 'refunds'), ['_store', 'id'], 'updatedAt', of='id') }}

),

renamed as (

    select
        _store as store,
        id as refund_id,
        {{ quoted("order") }}.id as order_id,
        {{ quoted("return") }}.id as return_id,
        coalesce(processedAt, createdAt) as refunded_at,
        totalRefundedSet.shopMoney.amount as total_refunded_amount,
        refundLineItems.nodes as refund_lines,
        refundShippingLines.nodes as shipping_lines,
        orderAdjustments.nodes as adjustments,
        duties,
        transactions.nodes as payments,
        _extracted_at

    from newest

)

select * from renamed
