-- What may be done with units, with the key of each decision.
with

gates as (

    select
        gates.*,
        case when gates.hold_reason is null then 'ready' else 'held' end as own_decision,
        cases.case_name,
        cases.store,
        cases.currency,
        cases.requested_at,
        cases.evidence

    from {{ ref('int_line_gates') }} as gates

    inner join {{ ref('int_gated_cases') }} as cases on gates.case_key = cases.case_key

),

final as (

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
        own_decision,
        {{ sorted_list(['hold_reason']) }} as own_reasons,
        {{ gate_key(
            line=[
                "coalesce(order_line_id, '')",
                "coalesce(inventory_item_id, '')",
                "coalesce(location_id, '')",
                "coalesce(cast(quantity as " ~ text_type() ~ "), '')",
            ],
            suffix="case when inventory_method = 'dispositions' then '|dispositions' else '' end",
        ) }} as gate_key,
        evidence

    from gates

)

select * from final
