with

newest as (

    {{ newest_version(
        source('netsuite', 'transaction_tax_details'), ['transaction', 'line', 'taxcode'], 'lastmodifieddate',
        of='transaction'
    ) }}

),

rewrites as (

    select * from {{ changed('stg_netsuite__rewrites') }}

),

renamed as (

    select
        newest.transaction as document_id,
        newest.line as line_id,
        coalesce(newest.taxcode_name, cast(newest.taxcode as {{ text_type() }})) as tax_code,
        newest.taxamount as tax_amount

    from newest

    inner join rewrites
        on
            newest.transaction = rewrites.document_id
            and newest._extracted_at >= rewrites.rewritten_at

)

select * from renamed
