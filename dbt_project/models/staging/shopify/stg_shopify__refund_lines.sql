with

refunds as (

    select * from {{ changed('stg_shopify__refunds') }}

),

lines_unnested as (

    select
        refunds.store,
        refunds.refund_id,
        line

    from {{ each_of('refunds', 'refunds', 'refund_lines', 'line') }}

),

renamed as (

    select
        store,
        refund_id,
        line.id as refund_line_id,
        line.lineItem.id as order_line_id,
        lower(line.restockType) as restock_type,
        line.location.id as location_id,
        line.location.name as location_name,
        line.quantity as refunded_quantity,
        line.subtotalSet as subtotal_set,
        line.totalTaxSet as tax_set

    from lines_unnested

)

select * from renamed
