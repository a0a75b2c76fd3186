with

by_line_link as (

    select
        document_id,
        source_document_id

    from {{ changed('int_erp_line_sources') }}

),

by_created_from as (

    select * from {{ changed('int_erp_documents_created_from') }}

),

documents as (

    select * from {{ changed('int_erp_documents') }}

),

every_source as (

    select * from by_line_link
    union
    select * from by_created_from

),

final as (

    select
        every_source.document_id,
        every_source.source_document_id,
        documents.document_type as source_document_type,
        documents.created_at as source_created_at

    from every_source

    inner join documents
        on
            every_source.source_document_id = documents.document_id
            and documents.is_effective

    where every_source.document_id <> every_source.source_document_id

)

select * from final
