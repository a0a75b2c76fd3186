-- What put units of a case on sale, kept or took them off, or passed them; one row per event.
with

actions as (

    select * from {{ changed('stg_ledger__actions') }}

    where
        action in ('restock', 'quarantine', 'hold_for_inspection', 'write_off')
        and confirmed_at <= {{ as_of() }}
        -- A person found that it happened, but not which it is: the storefront's own record of it counts.
        and coalesce(reference, '') <> 'gid://shopify/ReverseFulfillmentOrderDisposition/'

),

every_disposition as (

    select
        {{ case_key('store', "'return'", 'return_id') }} as case_key,
        *

    from {{ changed('int_storefront_dispositions') }}

),

-- What our own actions disposed of is told by them, and says nothing of what the storefront did.
own_dispositions as (

    select distinct
        every_disposition.case_key,
        every_disposition.disposition_id

    from every_disposition

    inner join actions
        on
            every_disposition.case_key = actions.case_key
            and actions.is_disposition
            and ',' || actions.reference || ',' like '%,' || every_disposition.disposition_id || ',%'

),

dispositions as (

    select every_disposition.*

    from every_disposition

    left join own_dispositions
        on
            every_disposition.case_key = own_dispositions.case_key
            and every_disposition.disposition_id = own_dispositions.disposition_id

    where own_dispositions.disposition_id is null

),

disposed_lines as (

    select distinct
        store,
        return_id,
        order_line_id

    from dispositions

),

decided_by_disposition as (

    select
        case_key,
        order_line_id,
        case disposition_type when 'restocked' then 'restored' else 'kept_off' end as event,
        disposed_quantity as quantity,
        case disposition_type when 'restocked' then location_id end as location_id,
        case disposition_type when 'restocked' then location_name end as location_name,
        disposed_at as occurred_at,
        false as is_disposition

    from dispositions

    where disposition_type in ('restocked', 'not_restocked', 'missing')

),

restocked_by_refund as (

    select
        refunds.case_key,
        lines.order_line_id,
        'restored' as event,
        lines.restocked_quantity as quantity,
        lines.location_id,
        lines.location_name,
        refunds.refunded_at as occurred_at,
        false as is_disposition

    from {{ changed('int_storefront_refund_lines') }} as lines

    inner join {{ changed('int_case_refunds') }} as refunds
        on
            lines.store = refunds.store
            and lines.refund_id = refunds.refund_id

    inner join {{ changed('int_storefront_refunds') }} as storefront_refunds
        on
            lines.store = storefront_refunds.store
            and lines.refund_id = storefront_refunds.refund_id

    left join disposed_lines
        on
            storefront_refunds.store = disposed_lines.store
            and storefront_refunds.return_id = disposed_lines.return_id
            and lines.order_line_id = disposed_lines.order_line_id

    where
        lines.is_shop_money
        and lines.restocked_quantity > 0
        and disposed_lines.order_line_id is null

),

confirmed_actions as (

    select
        case_key,
        order_line_id,
        action as event,
        quantity,
        location_id,
        cast(null as {{ text_type() }}) as location_name,
        confirmed_at as occurred_at,
        is_disposition

    from actions

),

passed as (

    select
        case_key,
        order_line_id,
        'passed' as event,
        inspected_quantity as quantity,
        cast(null as {{ text_type() }}) as location_id,
        cast(null as {{ text_type() }}) as location_name,
        inspected_at as occurred_at,
        false as is_disposition

    from {{ changed('int_case_inspections') }}

    where
        outcome = 'passed'
        and order_line_id is not null

),

events as (

    select * from decided_by_disposition
    union all
    select * from restocked_by_refund
    union all
    select * from confirmed_actions
    union all
    select * from passed

),

final as (

    select
        events.*,
        cases.kind

    from events

    inner join {{ changed('int_cases') }} as cases on events.case_key = cases.case_key

)

select * from final
