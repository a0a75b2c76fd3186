with

newest as (

    {{ newest_version(
        source('netsuite', 'transaction_lines'), ['transaction', 'id'], 'lastmodifieddate',
        of='transaction'
    ) }}

),

rewrites as (

    select * from {{ changed('stg_netsuite__rewrites') }}

),

renamed as (

    select
        newest.transaction as document_id,
        newest.id as line_id,
        newest.linesequencenumber as line_number,
        newest.createdfrom as source_document_id,
        newest.kitmemberof as kit_line_id,
        newest.itemtype as item_type,
        newest.itemid as sku,
        newest.storefront_line as storefront_line_reference,
        newest.foreignamount as amount,
        newest.quantity,
        coalesce(newest.mainline, 'F') = 'T' as is_main_line,
        coalesce(newest.taxline, 'F') = 'T' as is_tax_line,
        coalesce(newest.iscogs, 'F') = 'T' as is_cost_line,
        coalesce(newest.transactiondiscount, 'F') = 'T' as is_header_discount,
        coalesce(newest.kitcomponent, 'F') = 'T' as is_kit_component

    from newest

    inner join rewrites
        on
            newest.transaction = rewrites.document_id
            and newest._extracted_at = rewrites.rewritten_at

)

select * from renamed
