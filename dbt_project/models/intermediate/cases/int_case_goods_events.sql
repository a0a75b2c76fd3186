-- What was asked for, what came in, and where the units went; one row per event, none of them money.
with

returns as (

    select
        {{ case_key('store', "'return'", 'return_id') }} as case_key,
        *

    from {{ changed('int_storefront_returns') }}

),

asked as (

    select
        case_key,
        'requested' as event,
        return_name as document_number,
        requested_at as occurred_at
    from returns
    union all
    select
        case_key,
        'approved' as event,
        return_name as document_number,
        approved_at as occurred_at
    from returns
    union all
    select
        case_key,
        'closed' as event,
        return_name as document_number,
        closed_at as occurred_at
    from returns
    union all
    -- The storefront keeps no time of a refusal.
    select
        case_key,
        return_status as event,
        return_name as document_number,
        requested_at as occurred_at
    from returns
    where return_status in ('declined', 'cancelled')

),

moved as (

    select
        case_key,
        case event
            when 'quarantine' then 'quarantined'
            when 'hold_for_inspection' then 'held'
            when 'write_off' then 'written_off'
            else 'restocked'
        end as event,
        case when event = 'restored' then 'storefront' else 'us' end as system,
        case when event = 'restored' then 'restock' else 'action' end as document_type,
        occurred_at,
        quantity

    from {{ changed('int_stock_events') }}

    where event not in ('passed', 'kept_off')

),

final as (

    select
        case_key,
        'confirmation' as stage,
        event,
        'storefront' as system,
        'return' as document_type,
        document_number,
        occurred_at,
        cast(null as integer) as quantity
    from asked
    where occurred_at is not null

    union all

    select
        case_key,
        'inspection' as stage,
        'rma_opened' as event,
        'erp' as system,
        'return_authorization' as document_type,
        document_number,
        created_at as occurred_at,
        cast(null as integer) as quantity
    from {{ changed('int_rmas_linked_to_cases') }}

    union all

    select
        case_key,
        'inspection' as stage,
        'received' as event,
        'erp' as system,
        'item_receipt' as document_type,
        document_number,
        received_at as occurred_at,
        cast(sum(quantity) as integer) as quantity
    from {{ changed('int_case_receipt_lines') }}
    group by case_key, document_number, received_at

    union all

    select
        case_key,
        'inspection' as stage,
        'inspected' as event,
        'erp' as system,
        'inspection' as document_type,
        receipt_number as document_number,
        inspected_at as occurred_at,
        cast(sum(inspected_quantity) as integer) as quantity
    from {{ changed('int_case_inspections') }}
    where outcome in ('passed', 'failed')
    group by case_key, receipt_number, inspected_at

    union all

    select
        case_key,
        'inspection' as stage,
        event,
        system,
        document_type,
        cast(null as {{ text_type() }}) as document_number,
        occurred_at,
        quantity
    from moved

)

select * from final
