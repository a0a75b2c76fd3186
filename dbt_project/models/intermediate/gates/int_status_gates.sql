-- What storefront and ERP users read of a return: its stages, published again whenever one of them has moved.
with

stages as (

    select
        case_key,
        'confirmation=' || confirmation_status || ' inspection=' || inspection_status
        || ' posting=' || posting_status || ' payout=' || payout_status as told

    from {{ ref('int_case_stages') }}

    where
        kind = 'return'
        and current_stage not in ('declined', 'cancelled')

),

published as (

    select
        case_key,
        reference as told,
        cast(count(*) over (partition by case_key) as integer) as published_count,
        row_number() over (partition by case_key order by confirmed_at desc, intent_key desc) as newest_rank

    from {{ ref('stg_ledger__actions') }}

    where
        action = 'publish_status'
        and confirmed_at <= {{ as_of() }}

),

final as (

    select
        stages.case_key,
        stages.told,
        coalesce(published.published_count, 0) as published_count,
        case when stages.told = published.told then 'done' else 'ready' end as decision,
        {{ empty_list() }} as hold_reasons

    from stages

    left join published
        on
            stages.case_key = published.case_key
            and published.newest_rank = 1

)

select * from final
