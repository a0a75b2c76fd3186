with

cases as (

    select * from {{ changed('int_cases') }}

),

rmas as (

    select * from {{ changed('int_case_rmas') }}

),

milestones as (

    select * from {{ changed('int_case_milestones') }}

),

amounts as (

    select * from {{ changed('int_case_amounts') }}

),

lines_summed_to_case as (

    select
        case_key,
        sum(requested_quantity) as requested_quantity,
        sum(received_quantity) as received_quantity,
        sum(due_quantity) as due_quantity,
        sum(passed_quantity) as passed_quantity,
        sum(failed_quantity) as failed_quantity,
        sum(refunded_quantity) as refunded_quantity,
        sum(credited_quantity) as credited_quantity,
        min(case when passed_quantity + failed_quantity >= due_quantity then 1 else 0 end) as is_every_line_inspected,
        min(case when credited_quantity >= due_quantity then 1 else 0 end) as is_every_line_credited,
        min(case when refunded_quantity >= requested_quantity then 1 else 0 end) as is_every_unit_refunded

    from {{ changed('int_case_lines') }}

    group by case_key

),

-- Units without an order line are asked for and due like others; no receipt, refund or credit can claim them.
facts as (

    select
        cases.case_key,
        cases.kind,
        cases.return_status,
        rmas.case_key is not null as has_rma,
        coalesce(rmas.is_wait_over, false) and coalesce(lines.received_quantity, 0) = 0 as is_dead,
        coalesce(lines.requested_quantity, 0) + coalesce(cases.unverified_quantity, 0) as requested_quantity,
        coalesce(lines.received_quantity, 0) as received_quantity,
        coalesce(lines.due_quantity, 0)
        + case when coalesce(rmas.is_wait_over, false) then 0 else coalesce(cases.unverified_quantity, 0) end
            as due_quantity,
        coalesce(lines.passed_quantity, 0) as passed_quantity,
        coalesce(lines.failed_quantity, 0) as failed_quantity,
        coalesce(lines.refunded_quantity, 0) as refunded_quantity,
        coalesce(lines.credited_quantity, 0) as credited_quantity,
        coalesce(lines.is_every_line_inspected, 1) = 1
        and (coalesce(rmas.is_wait_over, false) or coalesce(cases.unverified_quantity, 0) = 0)
            as is_every_line_inspected,
        coalesce(lines.is_every_line_credited, 1) = 1
        and (coalesce(rmas.is_wait_over, false) or coalesce(cases.unverified_quantity, 0) = 0)
            as is_every_line_credited,
        coalesce(lines.is_every_unit_refunded, 0) = 1
        and coalesce(lines.requested_quantity, 0) > 0
        and coalesce(cases.unverified_quantity, 0) = 0
            as is_every_unit_refunded,
        amounts.has_refund,
        amounts.has_credit,
        amounts.payment_count,
        amounts.paid_minor,
        amounts.storefront_minor,
        amounts.exchange_minor,
        amounts.has_pending_payment,
        amounts.has_failed_payment,
        milestones.received_at,
        milestones.last_inspected_at,
        milestones.credited_at,
        milestones.last_paid_at,
        milestones.first_paid_at

    from cases

    inner join milestones on cases.case_key = milestones.case_key

    inner join amounts on cases.case_key = amounts.case_key

    left join rmas on cases.case_key = rmas.case_key

    left join lines_summed_to_case as lines on cases.case_key = lines.case_key

),

statuses as (

    select
        *,
        case
            when kind = 'refund_only' or return_status in ('declined', 'cancelled') then 'not_required'
            when kind = 'erp_only' then 'not_started'
            when return_status = 'requested' then 'in_progress'
            else 'done'
        end as confirmation_status,
        case
            when kind = 'refund_only' or return_status in ('declined', 'cancelled') then 'not_required'
            when kind = 'erp_only' and not has_rma then 'not_required'
            when is_dead then 'not_required'
            when received_quantity = 0 then 'not_started'
            when is_every_line_inspected then 'done'
            else 'in_progress'
        end as inspection_status,
        case
            when not has_credit and is_dead and not has_refund then 'not_required'
            when not has_credit then 'not_started'
            when kind = 'refund_only' or (kind = 'erp_only' and not has_rma) or is_every_line_credited then 'done'
            else 'in_progress'
        end as posting_status,
        case
            when not has_refund then 'not_started'
            when payment_count = 0 then 'not_required'
            when paid_minor >= storefront_minor - exchange_minor and not has_pending_payment then 'done'
            when has_failed_payment and not has_pending_payment then 'failed'
            else 'in_progress'
        end as payout_status

    from facts

),

stages as (

    select
        *,
        case
            when inspection_status = 'done' and due_quantity = 0 then received_at
            when inspection_status = 'done' then last_inspected_at
        end as inspected_at,
        case
            when return_status = 'declined' then 'declined'
            when return_status = 'cancelled' then 'cancelled'
            when is_dead and not has_refund and not has_credit then 'cancelled'
            when confirmation_status not in ('done', 'not_required') and kind <> 'erp_only'
                then 'awaiting_confirmation'
            when inspection_status = 'not_started' then 'awaiting_receipt'
            when inspection_status = 'in_progress' then 'awaiting_inspection'
            when posting_status not in ('done', 'not_required') then 'awaiting_posting'
            when payout_status not in ('done', 'not_required') then 'awaiting_payout'
            else 'complete'
        end as current_stage,
        case
            when kind = 'refund_only' then true
            when kind = 'erp_only' or return_status in ('declined', 'cancelled') then false
            else return_status = 'closed' or is_every_unit_refunded
        end as is_storefront_complete,
        inspection_status in ('done', 'not_required') and posting_status in ('done', 'not_required')
            as is_erp_complete

    from statuses

),

final as (

    select
        *,
        is_storefront_complete and not is_erp_complete as is_falsely_complete,
        coalesce(
            inspection_status <> 'not_required'
            and first_paid_at is not null
            and (inspected_at is null or first_paid_at < inspected_at),
            false
        ) as is_refunded_before_inspection,
        coalesce(
            inspection_status <> 'not_required'
            and has_credit
            and (received_at is null or credited_at < received_at),
            false
        ) as is_credited_before_receipt

    from stages

)

select * from final
