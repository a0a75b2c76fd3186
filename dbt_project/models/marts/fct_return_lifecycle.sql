with

cases as (

    select * from {{ ref('int_case_lifecycles') }}

),

customers as (

    select * from {{ ref('stg_shopify__customers') }}

),

stage_targets as (

    select * from {{ ref('stage_targets') }}

),

aged as (

    select
        cases.*,
        customers.customer_key,
        {{ days_between('cases.stage_entered_at', as_of()) }} as days_in_stage,
        cast(stage_targets.target_days as integer) as stage_target_days

    from cases

    left join customers
        on
            cases.store = customers.store
            and cases.customer_id = customers.customer_id

    left join stage_targets on cases.current_stage = stage_targets.stage

),

final as (

    select
        case_key,
        case_name,
        kind,
        store,
        order_id,
        order_name,
        return_id,
        return_name,
        rma_id,
        rma_number,
        channel,
        customer_key,
        currency,
        link_method,
        confirmation_status,
        inspection_status,
        posting_status,
        payout_status,
        current_stage,
        requested_at,
        approved_at,
        rma_opened_at,
        received_at,
        inspected_at,
        credited_at,
        refunded_at,
        settled_at,
        closed_at,
        is_storefront_complete,
        is_erp_complete,
        is_falsely_complete,
        is_refunded_before_inspection,
        is_restocked_before_inspection,
        is_credited_before_receipt,
        requested_quantity,
        received_quantity,
        passed_quantity,
        failed_quantity,
        restocked_quantity,
        refunded_quantity,
        credited_quantity,
        is_bundle,
        is_partial,
        is_promotional,
        is_exchange,
        is_never_charged,
        stage_entered_at,
        storefront_url,
        erp_url,
        days_in_stage,
        stage_target_days,
        coalesce(days_in_stage > stage_target_days, false) as is_overdue

    from aged

)

select * from final
