-- What was sent and is confirmed by now: how often of each action, and which was the last.
with

final as (

    select
        case_key,
        action,
        reference,
        amount,
        currency,
        cast(count(*) over (partition by case_key, action) as integer) as action_count,
        row_number() over (partition by case_key, action order by confirmed_at desc, intent_key desc) as newest_rank

    from {{ changed('stg_ledger__actions') }}

    where confirmed_at <= {{ as_of() }}

)

select * from final
