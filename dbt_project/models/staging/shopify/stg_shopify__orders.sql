with

newest as (

    {{ newest_version(source('shopify', 'orders'), ['_store', 'id'], 'updatedAt', of='id') }}

),

renamed as (

    select
        _store as store,
        id as order_id,
        name as order_name,
        -- Where a company buys, it is the customer, whoever placed the order for it.
        coalesce(purchasingEntity.company.id, customer.id) as customer_id,
        case when purchasingEntity.__typename = 'PurchasingCompany' then 'b2b' else 'd2c' end as channel,
        currencyCode as shop_currency,
        presentmentCurrencyCode as presentment_currency,
        totalRefundedSet.shopMoney.amount as total_refunded_amount,
        coalesce(taxesIncluded, false) as is_tax_included,
        coalesce(test, false) as is_test,
        coalesce(processedAt, createdAt) as placed_at,
        cancelledAt as cancelled_at,
        updatedAt as updated_at,
        lineItems.nodes as line_items,
        shippingLines.nodes as shipping_lines,
        transactions as payments,
        _extracted_at

    from newest

)

select * from renamed
