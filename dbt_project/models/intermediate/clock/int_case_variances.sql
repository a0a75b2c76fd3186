-- What moves with the clock: the age of what is missing, and with it the cause.
with

aged as (

    select
        *,
        case when timeless_cause <> 'not_due' and falls_due_at <= {{ as_of() }} then falls_due_at end as due_at

    from {{ ref('int_case_reversals') }}

),

final as (

    select
        *,
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
