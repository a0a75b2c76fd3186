with

newest as (

    {{ newest_version(source('ledger', 'actions'), ['intent_key'], 'confirmed_at', of='case_key') }}

),

renamed as (

    select
        intent_key,
        case_key,
        store,
        order_line_id,
        action,
        sku,
        location_id,
        currency,
        reference,
        coalesce(reference, '') like 'gid://shopify/ReverseFulfillmentOrderDisposition/%' as is_disposition,
        run_id,
        quantity,
        amount,
        sent_at,
        confirmed_at

    from newest

)

select * from renamed
