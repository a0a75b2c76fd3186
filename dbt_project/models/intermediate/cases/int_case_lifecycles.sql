-- A case as it stands in both systems, but for what moves with the clock.
with

cases as (

    select * from {{ changed('int_cases') }}

),

stages as (

    select * from {{ changed('int_case_stages') }}

),

milestones as (

    select * from {{ changed('int_case_milestones') }}

),

amounts as (

    select * from {{ changed('int_case_amounts') }}

),

rmas as (

    select * from {{ changed('int_case_rmas') }}

),

orders as (

    select * from {{ changed('int_storefront_orders') }}

),

exposed_cases as (

    select distinct case_key from {{ changed('int_exposure_intervals') }}

),

-- A stage is entered when the last of those before it has ended; they may end in any order.
entered as (

    select
        cases.case_key,
        case stages.current_stage
            when 'awaiting_confirmation' then milestones.requested_at
            when 'awaiting_receipt' then coalesce(milestones.approved_at, milestones.requested_at)
            when 'awaiting_inspection'
                then
                    greatest(
                        coalesce(milestones.approved_at, milestones.requested_at),
                        milestones.received_at
                    )
            when 'awaiting_posting'
                then
                    greatest(
                        coalesce(milestones.approved_at, milestones.requested_at),
                        stages.inspected_at
                    )
            when 'awaiting_payout'
                then
                    greatest(
                        coalesce(milestones.approved_at, milestones.requested_at),
                        stages.inspected_at,
                        milestones.last_credited_at
                    )
            else
                greatest(
                    milestones.requested_at,
                    milestones.approved_at,
                    stages.inspected_at,
                    milestones.last_credited_at,
                    milestones.last_paid_at,
                    milestones.refunded_at
                )
        end as stage_entered_at

    from cases

    inner join stages on cases.case_key = stages.case_key

    inner join milestones on cases.case_key = milestones.case_key

),

final as (

    select
        cases.case_key,
        cases.case_name,
        cases.kind,
        cases.store,
        cases.order_id,
        orders.order_name,
        cases.return_id,
        case when cases.kind = 'return' then cases.case_name end as return_name,
        cast(rmas.rma_id as {{ text_type() }}) as rma_id,
        rmas.rma_number,
        orders.channel,
        orders.customer_id,
        amounts.currency,
        cases.link_method,
        stages.confirmation_status,
        stages.inspection_status,
        stages.posting_status,
        stages.payout_status,
        stages.current_stage,
        milestones.requested_at,
        milestones.approved_at,
        milestones.rma_opened_at,
        milestones.received_at,
        stages.inspected_at,
        milestones.credited_at,
        milestones.refunded_at,
        milestones.settled_at,
        milestones.closed_at,
        stages.is_storefront_complete,
        stages.is_erp_complete,
        stages.is_falsely_complete,
        stages.is_refunded_before_inspection,
        exposed_cases.case_key is not null as is_restocked_before_inspection,
        stages.is_credited_before_receipt,
        cast(stages.requested_quantity as integer) as requested_quantity,
        cast(stages.received_quantity as integer) as received_quantity,
        cast(stages.passed_quantity as integer) as passed_quantity,
        cast(stages.failed_quantity as integer) as failed_quantity,
        traits.restocked_quantity,
        cast(stages.refunded_quantity as integer) as refunded_quantity,
        cast(stages.credited_quantity as integer) as credited_quantity,
        traits.is_bundle,
        traits.is_partial,
        traits.is_promotional,
        amounts.has_exchange as is_exchange,
        coalesce(orders.has_voided_payment and not orders.has_captured_payment, false) as is_never_charged,
        entered.stage_entered_at,
        {{ deep_link('storefront', 'cases.store', 'cases.order_id') }} as storefront_url,
        {{ deep_link('erp', 'cases.store', 'rmas.rma_id') }} as erp_url

    from cases

    inner join stages on cases.case_key = stages.case_key

    inner join milestones on cases.case_key = milestones.case_key

    inner join amounts on cases.case_key = amounts.case_key

    inner join entered on cases.case_key = entered.case_key

    inner join {{ changed('int_case_traits') }} as traits on cases.case_key = traits.case_key

    left join rmas on cases.case_key = rmas.case_key

    left join orders
        on
            cases.store = orders.store
            and cases.order_id = orders.order_id

    left join exposed_cases on cases.case_key = exposed_cases.case_key

)

select * from final
