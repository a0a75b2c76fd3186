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

every_version as (

    {% for stream, document_type in streams.items() %}
        select
            *,
            '{{ document_type }}' as document_type
        from {{ source('netsuite', stream) }}
        {% if not loop.last %}union all{% endif %}
    {% endfor %}

),

newest as (

    {{ newest_version('every_version', ['id'], 'lastmodifieddate') }}

),

deleted as (

    select
        recordid,
        min(deleteddate) as deleted_at

    from {{ source('netsuite', 'deleted_records') }}

    group by recordid

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

    left join deleted on newest.id = deleted.recordid

)

select * from renamed
