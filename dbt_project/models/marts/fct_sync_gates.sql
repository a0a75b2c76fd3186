with

-- Joined by itself, for a case has six gates: the engine holds the cases and lets the gates pass by.
cases as {{ by_itself() }} (

    select
        cases.case_key,
        cases.case_name,
        cases.store,
        case_currencies.currency,
        milestones.requested_at,
        coalesce(evidence.evidence, '') as evidence,
        case when stores_incomplete.store is not null then 'store_incomplete' end as store_reason

    from {{ ref('int_cases') }} as cases

    inner join {{ ref('int_case_currencies') }} as case_currencies on cases.case_key = case_currencies.case_key

    inner join {{ ref('int_case_milestones') }} as milestones on cases.case_key = milestones.case_key

    left join {{ ref('int_case_evidence') }} as evidence on cases.case_key = evidence.case_key

    left join {{ ref('int_stores_incomplete') }} as stores_incomplete on cases.store = stores_incomplete.store

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
        cases.currency,
        cases.evidence,
        cases.store_reason,
        case
            when
                {{ live_since('cases.store', 'gates.action') }} is not null
                and coalesce(cases.requested_at < {{ live_since('cases.store', 'gates.action') }}, true)
                then 'before_go_live'
        end as go_live_reason

    from gates

    inner join cases on gates.case_key = cases.case_key

),

decided as (

    select
        *,
        own_decision <> 'done' and coalesce(go_live_reason, store_reason) is not null as is_stopped

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
        case
            when is_stopped then {{ merged_sorted('own_reasons', sorted_list(['go_live_reason', 'store_reason'])) }}
            else own_reasons
        end as hold_reasons,
        md5(
            case_key || '|' || action || '|' || coalesce(order_line_id, '') || '|'
            || coalesce(inventory_item_id, '') || '|' || coalesce(location_id, '') || '|' || currency || '|'
            || coalesce(cast(quantity as {{ text_type() }}), '') || '|'
            || coalesce(cast(amount_minor as {{ text_type() }}), '') || '|'
            || cast(moved_before_quantity as {{ text_type() }}) || '|' || coalesce(told, '') || '|'
            || own_decision || '|' || evidence
            || case when inventory_method = 'dispositions' then '|dispositions' else '' end
        ) as gate_key,
        evidence

    from decided

)

select * from final
