-- What storefront and ERP users read of a return: its stages, published again whenever one of them has moved.
with

stages as (

    select
        case_key,
        'confirmation=' || confirmation_status || ' inspection=' || inspection_status
        || ' posting=' || posting_status || ' payout=' || payout_status as told

    from {{ changed('int_case_stages') }}

    where
        kind = 'return'
        and current_stage not in ('declined', 'cancelled')

),

published as (

    select
        case_key,
        reference as told,
        action_count as published_count

    from {{ changed('int_confirmed_actions') }}

    where
        action = 'publish_status'
        and newest_rank = 1

),

final as (

    select
        stages.case_key,
        stages.told,
        coalesce(published.published_count, 0) as published_count,
        case when stages.told = published.told then 'done' else 'ready' end as decision,
        {{ empty_list() }} as hold_reasons

    from stages

    left join published on stages.case_key = published.case_key

)

select * from final
