with

payouts as (

    select * from {{ ref('stg_shopify__payouts') }}

),

paid_by_as_of as (

    select
        store,
        payout_id,
        currency,
        {{ month_of(store_date('issued_at', 'store')) }} as period,
        {{ to_minor('net_amount', 'currency') }} as net_minor,
        {{ to_minor('coalesce(refunds_net_amount, 0)', 'currency') }} as refunds_net_minor

    from payouts

    where
        payout_status = 'paid'
        and issued_at <= {{ as_of() }}

)

select * from paid_by_as_of
