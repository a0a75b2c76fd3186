{% set streams = {
    'sales_orders': 'sales_order',
    'invoices': 'invoice',
    'cash_sales': 'cash_sale',
    'return_authorizations': 'return_authorization',
    'item_receipts': 'item_receipt',
    'credit_memos': 'credit_memo',
    'cash_refunds': 'cash_refund',
} %}

with

newest as (

    {{ newest_version(
        rows_of_streams('netsuite', streams, 'document_type'), ['id'], 'lastmodifieddate', of='id'
    ) }}

),

-- The ids of other records are counted by themselves: a deletion is of a document only by its type, which the ERP
-- writes in more than one way.
recorded_deletions as (

    select
        newest.id,
        deletions.deleteddate as deleted_at

    from newest

    inner join {{ source('netsuite', 'deleted_records') }} as deletions
        on
            newest.id = deletions.recordid
            and {{ one_word('deletions.type') }}
            in ({{ one_word('newest.type') }}, {{ one_word('newest.document_type') }})

),

lists as (

    select distinct _extracted_at as listed_at from {{ source('netsuite', 'document_ids') }}

),

sightings as (

    select
        id,
        max(_extracted_at) as seen_at

    from (
        select
            id,
            _extracted_at
        from newest
        union all
        select
            id,
            _extracted_at
        from {{ source('netsuite', 'document_ids') }}
        -- A hundred lists of a million ids are held for none of those that nobody asks about.
        where id in (select id from newest)
    ) as every_sighting

    group by id

),

-- What a list of every document does not name is gone, whether its deletion was recorded or not.
unlisted as (

    select
        sightings.id,
        lists.listed_at as deleted_at

    from sightings

    inner join lists on sightings.seen_at < lists.listed_at

),

deleted as (

    select
        id,
        min(deleted_at) as deleted_at

    from (
        select * from recorded_deletions
        union all
        select * from unlisted
    ) as every_deletion

    group by id

),

renamed as (

    select
        newest.id as document_id,
        newest.document_type,
        newest.tranid as document_number,
        newest.status as status_code,
        newest.currency,
        newest.storefront_order as storefront_order_reference,
        newest.storefront_return as storefront_return_reference,
        newest.postingperiod as period_id,
        newest.exchangerate as exchange_rate,
        newest.foreigntotal as total_amount,
        coalesce(newest.memorized, 'F') = 'T' as is_memorized,
        newest.trandate as dated_on,
        newest.createddate as created_at,
        newest.lastmodifieddate as modified_at,
        case when newest.voided = 'T' then newest.lastmodifieddate end as voided_at,
        deleted.deleted_at,
        newest._extracted_at

    from newest

    left join deleted on newest.id = deleted.id

)

select * from renamed
