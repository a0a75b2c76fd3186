with

links as (

    select distinct
        previous_document_id,
        previous_line_id,
        next_document_id,
        next_line_id

    from {{ changed('stg_netsuite__links') }}

    where link_type in ('SaleRet', 'OrdBill', 'ShipRcpt')

),

documents as (

    select * from {{ changed('int_erp_documents') }}

),

ranked as (

    select
        links.next_document_id as document_id,
        links.next_line_id as line_id,
        links.previous_document_id as source_document_id,
        links.previous_line_id as source_line_id,
        documents.document_type as source_document_type,
        row_number() over (
            partition by links.next_document_id, links.next_line_id
            order by
                case documents.document_type
                    when 'return_authorization' then 1
                    when 'invoice' then 2
                    when 'cash_sale' then 2
                    else 3
                end,
                documents.created_at,
                links.previous_document_id,
                links.previous_line_id
        ) as source_rank

    from links

    inner join documents
        on
            links.previous_document_id = documents.document_id
            and documents.is_effective

    where documents.document_type in ('sales_order', 'invoice', 'cash_sale', 'return_authorization')

),

nearest as (

    select
        document_id,
        line_id,
        source_document_id,
        source_line_id,
        source_document_type

    from ranked

    where source_rank = 1

),

line_references as (

    select
        document_id,
        line_id,
        storefront_line_reference

    from {{ changed('int_erp_document_lines') }}

    where storefront_line_reference is not null

),

final as (

    select
        nearest.*,
        line_references.storefront_line_reference as source_line_reference

    from nearest

    left join line_references
        on
            nearest.source_document_id = line_references.document_id
            and nearest.source_line_id = line_references.line_id

)

select * from final
