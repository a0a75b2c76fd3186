with

newest as (

    {{ newest_version(source('shopify', 'returns'), ['_store', 'id'], of='id') }}

),

renamed as (

    select
        _store as store,
        id as return_id,
        {{ quoted("order") }}.id as order_id,
        name as return_name,
        lower(status) as return_status,
        createdAt as requested_at,
        requestApprovedAt as approved_at,
        closedAt as closed_at,
        returnLineItems.nodes as return_lines,
        returnShippingFees as return_shipping_fees,
        exchangeLineItems.nodes as exchange_items,
        _extracted_at

    from newest

)

select * from renamed
