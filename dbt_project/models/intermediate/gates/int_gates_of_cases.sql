-- What may be paid or told of a case, with the key of each decision.
with

-- Joined by itself, for a case has five gates: the engine holds the cases and lets the gates pass by.
cases as {{ by_itself() }} (

    select * from {{ changed('int_gated_cases') }}

),

gates as (

    select
        case_key,
        'issue_refund' as action,
        cast(null as {{ text_type() }}) as told,
        amount_minor,
        decision as own_decision,
        hold_reasons as own_reasons,
        0 as moved_before_quantity

    from {{ changed('int_refund_gates') }}

    union all

    select
        case_key,
        'publish_quote' as action,
        cast(null as {{ text_type() }}) as told,
        amount_minor,
        decision as own_decision,
        hold_reasons as own_reasons,
        published_count as moved_before_quantity

    from {{ changed('int_quote_gates') }}

    union all

    select
        case_key,
        'publish_status' as action,
        told,
        cast(null as bigint) as amount_minor,
        decision as own_decision,
        hold_reasons as own_reasons,
        published_count as moved_before_quantity

    from {{ changed('int_status_gates') }}

    union all

    select
        case_key,
        'notify' as action,
        told,
        cast(null as bigint) as amount_minor,
        decision as own_decision,
        hold_reasons as own_reasons,
        0 as moved_before_quantity

    from {{ changed('int_notice_gates') }}

),

gates_of_cases as (

    select
        gates.*,
        cases.case_name,
        cases.store,
        cases.currency,
        cases.requested_at,
        cases.evidence

    from gates

    inner join cases on gates.case_key = cases.case_key

),

final as (

    select
        case_key,
        case_name,
        store,
        currency,
        requested_at,
        action,
        {{ from_minor('amount_minor', 'currency') }} as amount,
        told,
        own_decision,
        own_reasons,
        {{ gate_key(
            amount_minor="coalesce(cast(amount_minor as " ~ text_type() ~ "), '')",
            told="coalesce(told, '')",
        ) }} as gate_key,
        evidence

    from gates_of_cases

)

select * from final
