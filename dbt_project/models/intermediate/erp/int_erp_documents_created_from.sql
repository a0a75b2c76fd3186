with

lines as (

    select
        document_id,
        source_document_id

    from {{ changed('stg_netsuite__transaction_lines') }}

    where source_document_id is not null

),

final as (

    select distinct
        document_id,
        source_document_id

    from lines

)

select * from final
