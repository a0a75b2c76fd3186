{# What a finding is read from, and the other spelling the ERP has for it. #}
{% set records = {
    'ItemRcpt': ('receipt', 'itemreceipt'),
    'StatChng': ('status', 'inventorystatuschange'),
    'BinTrnfr': ('bin', 'bintransfer'),
    'InvTrnfr': ('location', 'inventorytransfer'),
} %}

with

newest as (

    {{ newest_version(
        source('netsuite', 'inventory_details'),
        ['transaction', 'line', 'inventorynumber', 'inventorystatus', 'bin'],
        'lastmodifieddate',
        of='transaction'
    ) }}

),

rewrites as (

    select
        transaction,
        max(_extracted_at) as rewritten_at

    from newest

    group by transaction

),

-- A field of a line is filled in later than the receipt: when its present value was first read is when it was found.
field_values as (

    select
        transaction,
        line,
        inspection_field,
        min(lastmodifieddate) as found_at

    from {{ source('netsuite', 'inventory_details') }}

    where inspection_field is not null

    group by transaction, line, inspection_field

),

-- The ids of other records are counted by themselves: an item that was deleted takes no receipt with it.
deleted as (

    select distinct
        deletions.recordid,
        {{ one_word('deletions.type') }} as record_word

    from {{ source('netsuite', 'deleted_records') }} as deletions

),

-- What the last list does not name is gone, also where no deletion was recorded; receipts are listed as documents.
listed as (

    select
        true as is_receipt,
        id,
        listed_at
    from (
        {{ last_list(source('netsuite', 'document_ids')) }}
    ) as documents

    union all

    select
        false as is_receipt,
        id,
        listed_at
    from (
        {{ last_list(source('netsuite', 'stock_move_ids')) }}
    ) as moves

),

lists as (

    select
        is_receipt,
        max(listed_at) as listed_at

    from listed

    group by is_receipt

),

renamed as (

    select
        newest.transaction as document_id,
        newest.line as line_id,
        case newest.type
            {% for type, (role, word) in records.items() %}
                when '{{ type }}' then '{{ role }}'
            {% endfor %}
        end as document_role,
        newest.item as item_id,
        newest.inventorynumber as lot_id,
        newest.inventorystatus as status_id,
        newest.inventorystatus_name as status_name,
        newest.bin as bin_id,
        newest.bin_name,
        newest.location as location_id,
        newest.location_name,
        newest.inspection_field as field_value,
        cast(newest.quantity as integer) as quantity,
        newest.createddate as created_at,
        field_values.found_at as field_found_at

    from newest

    inner join rewrites
        on
            newest.transaction = rewrites.transaction
            and newest._extracted_at = rewrites.rewritten_at

    left join lists on (newest.type = 'ItemRcpt') = lists.is_receipt

    left join listed
        on
            newest.transaction = listed.id
            and (newest.type = 'ItemRcpt') = listed.is_receipt

    left join field_values
        on
            newest.transaction = field_values.transaction
            and newest.line = field_values.line
            and newest.inspection_field = field_values.inspection_field

    left join deleted
        on
            newest.transaction = deleted.recordid
            and deleted.record_word in (
                {{ one_word('newest.type') }},
                case newest.type
                    {% for type, (role, word) in records.items() %}
                        when '{{ type }}' then '{{ word }}'
                    {% endfor %}
                end
            )

    where
        deleted.recordid is null
        and coalesce(newest.voided, 'F') = 'F'
        and not coalesce(listed.id is null and newest._extracted_at < lists.listed_at, false)

)

select * from renamed
