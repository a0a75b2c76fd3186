with

returns as (

    select * from {{ changed('stg_shopify__returns') }}

),

lines_unnested as (

    select
        returns.store,
        returns.return_id,
        line

    from {{ each_of('returns', 'returns', 'return_lines', 'line') }}

),

renamed as (

    select
        store,
        return_id,
        line.id as return_line_id,
        line.fulfillmentLineItem.lineItem.id as order_line_id,
        coalesce(line.returnReasonDefinition.handle, line.returnReasonDefinition.name) as return_reason,
        line.quantity as requested_quantity,
        line.processedQuantity as processed_quantity,
        line.refundedQuantity as refunded_quantity,
        line.restockingFee.amountSet as restocking_fee_set

    from lines_unnested

)

select * from renamed
