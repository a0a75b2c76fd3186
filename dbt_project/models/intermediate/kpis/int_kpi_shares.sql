-- Shares of cases: matched, held for a person, finished on time.
with

diagnostics as (

    select * from {{ ref('int_refunds_match') }}

    where question = 'refunds_match'

),

gates as (

    select * from {{ ref('fct_sync_gates') }}

    where action = 'issue_refund'

),

finished as (

    select
        store,
        currency,
        {{ store_month('stage_entered_at', 'store') }} as period,
        case
            when stage_entered_at <= {{ add_days('received_at', var('finish_within_days')) }} then 1
            else 0
        end as on_time_count

    from {{ ref('fct_return_lifecycle') }}

    where
        current_stage = 'complete'
        and received_at is not null

),

final as (

    select
        'match_rate' as kpi,
        store,
        currency,
        'all' as period,
        'count' as basis,
        cast(numerator as decimal(18, 3)) as numerator,
        cast(denominator as decimal(18, 3)) as denominator,
        {{ rate('numerator', 'denominator') }} as measured,
        amount

    from diagnostics

    union all

    select
        'match_rate' as kpi,
        store,
        currency,
        'all' as period,
        'value' as basis,
        numerator_amount as numerator,
        denominator_amount as denominator,
        {{ rate('numerator_amount', 'denominator_amount') }} as measured,
        amount

    from diagnostics

    union all

    select
        'manual_review_rate' as kpi,
        store,
        currency,
        'all' as period,
        'as_of' as basis,
        sum(case when decision = 'held' then 1 else 0 end) as numerator,
        count(*) as denominator,
        {{ rate("sum(case when decision = 'held' then 1 else 0 end)", 'count(*)') }} as measured,
        sum(case when decision = 'held' then abs(amount) else 0 end) as amount

    from gates

    group by store, currency

    union all

    select
        'finished_on_time' as kpi,
        store,
        currency,
        period,
        'activity' as basis,
        sum(on_time_count) as numerator,
        count(*) as denominator,
        {{ rate('sum(on_time_count)', 'count(*)') }} as measured,
        cast(null as decimal(18, 3)) as amount

    from finished

    group by store, currency, period

)

select * from final
