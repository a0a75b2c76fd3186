with

gates as (

    select
        case_key,
        case_name,
        store,
        currency,
        requested_at,
        action,
        order_line_id,
        sku,
        inventory_item_id,
        location_id,
        inventory_method,
        quantity,
        cast(null as decimal(18, 3)) as amount,
        cast(null as {{ text_type() }}) as told,
        own_decision,
        own_reasons,
        gate_key,
        evidence

    from {{ ref('int_gates_of_lines') }}

    union all

    select
        case_key,
        case_name,
        store,
        currency,
        requested_at,
        action,
        cast(null as {{ text_type() }}) as order_line_id,
        cast(null as {{ text_type() }}) as sku,
        cast(null as {{ text_type() }}) as inventory_item_id,
        cast(null as {{ text_type() }}) as location_id,
        cast(null as {{ text_type() }}) as inventory_method,
        cast(null as integer) as quantity,
        amount,
        told,
        own_decision,
        own_reasons,
        gate_key,
        evidence

    from {{ ref('int_gates_of_cases') }}

),

stops as (

    select
        gates.*,
        case
            when
                {{ live_since('gates.store', 'gates.action') }} is not null
                and coalesce(gates.requested_at < {{ live_since('gates.store', 'gates.action') }}, true)
                then 'before_go_live'
        end as go_live_reason,
        case when stores_incomplete.store is not null then 'store_incomplete' end as store_reason

    from gates

    left join {{ ref('int_stores_incomplete') }} as stores_incomplete on gates.store = stores_incomplete.store

),

decided as (

    select
        *,
        own_decision <> 'done' and coalesce(go_live_reason, store_reason) is not null as is_stopped

    from stops

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
        amount,
        told,
        case when is_stopped then 'held' else own_decision end as decision,
        case
            when is_stopped then {{ merged_sorted('own_reasons', sorted_list(['go_live_reason', 'store_reason'])) }}
            else own_reasons
        end as hold_reasons,
        gate_key,
        evidence

    from decided

)

select * from final
