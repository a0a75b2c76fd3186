with

cases as (

    select * from {{ ref('int_cases') }}

),

case_currencies as (

    select * from {{ ref('int_case_currencies') }}

),

milestones as (

    select * from {{ ref('int_case_milestones') }}

),

stores_incomplete as (

    select * from {{ ref('int_stores_incomplete') }}

),

line_gates as (

    select
        case_key,
        action,
        order_line_id,
        sku,
        inventory_item_id,
        location_id,
        quantity,
        cast(null as bigint) as amount_minor,
        case when hold_reason is null then 'ready' else 'held' end as own_decision,
        {{ sorted_list(['hold_reason']) }} as own_reasons,
        cast(null as {{ text_type() }}) as told,
        inventory_method,
        moved_before_quantity

    from {{ ref('int_line_gates') }}

),

case_gates as (

    select
        case_key,
        'issue_refund' as action,
        cast(null as {{ text_type() }}) as told,
        amount_minor,
        decision,
        hold_reasons,
        0 as moved_before_quantity

    from {{ ref('int_refund_gates') }}

    union all

    select
        case_key,
        'publish_quote' as action,
        cast(null as {{ text_type() }}) as told,
        amount_minor,
        decision,
        hold_reasons,
        published_count as moved_before_quantity

    from {{ ref('int_quote_gates') }}

    union all

    select
        case_key,
        'publish_status' as action,
        told,
        cast(null as bigint) as amount_minor,
        decision,
        hold_reasons,
        published_count as moved_before_quantity

    from {{ ref('int_status_gates') }}

    union all

    select
        case_key,
        'notify' as action,
        told,
        cast(null as bigint) as amount_minor,
        decision,
        hold_reasons,
        0 as moved_before_quantity

    from {{ ref('int_notice_gates') }}

),

gates as (

    select * from line_gates

    union all

    select
        case_key,
        action,
        cast(null as {{ text_type() }}) as order_line_id,
        cast(null as {{ text_type() }}) as sku,
        cast(null as {{ text_type() }}) as inventory_item_id,
        cast(null as {{ text_type() }}) as location_id,
        cast(null as integer) as quantity,
        amount_minor,
        decision as own_decision,
        hold_reasons as own_reasons,
        told,
        cast(null as {{ text_type() }}) as inventory_method,
        moved_before_quantity

    from case_gates

),

gates_of_stores as (

    select
        gates.*,
        cases.case_name,
        cases.store,
        case_currencies.currency,
        evidence.evidence,
        case
            when
                {{ live_since('cases.store', 'gates.action') }} is not null
                and coalesce(milestones.requested_at < {{ live_since('cases.store', 'gates.action') }}, true)
                then 'before_go_live'
        end as go_live_reason,
        case when stores_incomplete.store is not null then 'store_incomplete' end as store_reason

    from gates

    inner join cases on gates.case_key = cases.case_key

    inner join case_currencies on gates.case_key = case_currencies.case_key

    inner join milestones on gates.case_key = milestones.case_key

    left join {{ ref('int_case_evidence') }} as evidence on gates.case_key = evidence.case_key

    left join stores_incomplete on cases.store = stores_incomplete.store

),

decided as (

    select
        *,
        own_decision <> 'done' and coalesce(go_live_reason, store_reason) is not null as is_stopped,
        {{ sorted_list(['go_live_reason', 'store_reason']) }} as stop_reasons

    from gates_of_stores

),

final as (

    select
        case_key,
        case_name,
        store,
        currency,
        action,
        order_line_id,
        sku,
        inventory_item_id,
        location_id,
        inventory_method,
        quantity,
        {{ from_minor('amount_minor', 'currency') }} as amount,
        told,
        case when is_stopped then 'held' else own_decision end as decision,
        case when is_stopped then {{ merged_sorted('own_reasons', 'stop_reasons') }} else own_reasons end
            as hold_reasons,
        md5(
            case_key || '|' || action || '|' || coalesce(order_line_id, '') || '|'
            || coalesce(cast(quantity as {{ text_type() }}), '') || '|'
            || coalesce(cast(amount_minor as {{ text_type() }}), '') || '|'
            || cast(moved_before_quantity as {{ text_type() }}) || '|' || coalesce(told, '') || '|'
            || own_decision || '|' || coalesce(evidence, '')
            || case when inventory_method = 'dispositions' then '|dispositions' else '' end
        ) as gate_key,
        coalesce(evidence, '') as evidence

    from decided

)

select * from final
