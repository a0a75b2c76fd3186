with

refunds as (

    select * from {{ changed('stg_shopify__refunds') }}

),

payments_unnested as (

    select
        refunds.store,
        refunds.refund_id,
        payment

    from {{ each_of('refunds', 'refunds', 'payments', 'payment') }}

),

renamed as (

    select
        store,
        refund_id,
        payment.id as payment_id,
        {{ id_tail('payment.id') }} as payment_number,
        payment.gateway,
        lower(payment.status) as payment_status,
        payment.amountSet as amount_set,
        coalesce(payment.processedAt, payment.createdAt) as processed_at

    from payments_unnested

    where payment.kind = 'REFUND'

)

select * from renamed
