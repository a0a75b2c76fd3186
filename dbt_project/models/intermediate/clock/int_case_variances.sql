-- What moves with the clock: the age of what is missing, and with it the cause.
with

amounts as (

    select * from {{ ref('int_case_amounts') }}

),

causes as (

    select * from {{ ref('int_case_root_causes') }}

),

aged as (

    select
        amounts.*,
        causes.has_duplicate_credit,
        causes.credited_tolerance_minor,
        causes.timeless_cause,
        expected.expected_minor,
        case
            when causes.timeless_cause <> 'not_due' and causes.falls_due_at <= {{ as_of() }} then causes.falls_due_at
        end as due_at

    from amounts

    inner join causes on amounts.case_key = causes.case_key

    inner join {{ ref('int_case_expected_amounts') }} as expected on amounts.case_key = expected.case_key

),

final as (

    select
        *,
        case when not is_currency_mismatch and has_credit then erp_minor - expected_minor end
            as reversal_variance_minor,
        case when due_at is not null then {{ days_between('due_at', as_of()) }} end as age_days,
        case
            when timeless_cause not in ('credit_memo', 'refund') then timeless_cause
            when due_at is null or {{ days_between('due_at', as_of()) }} <= {{ var('grace_days') }}
                then 'awaiting_' || timeless_cause
            else 'missing_' || timeless_cause
        end as root_cause

    from aged

)

select * from final
