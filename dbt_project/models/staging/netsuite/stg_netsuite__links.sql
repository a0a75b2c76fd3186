with

newest as (

    {{ newest_version(
        source('netsuite', 'transaction_links'),
        ['nextdoc', 'nextline', 'previousdoc', 'previousline', 'linktype'],
        'lastmodifieddate',
        of='nextdoc'
    ) }}

),

rewrites as (

    select * from {{ changed('stg_netsuite__rewrites') }}

),

renamed as (

    select
        newest.previousdoc as previous_document_id,
        newest.previousline as previous_line_id,
        newest.nextdoc as next_document_id,
        newest.nextline as next_line_id,
        newest.linktype as link_type,
        newest.foreignamount as amount

    from newest

    inner join rewrites
        on
            newest.nextdoc = rewrites.document_id
            and newest._extracted_at >= rewrites.rewritten_at

)

select * from renamed
