-- First refund and first credit in different accounting periods, or one missing after the other's period has ended.
with

milestones as (

    select * from {{ ref('int_case_milestones') }}

),

cases as (

    select * from {{ ref('int_cases') }}

),

credits as (

    select * from {{ ref('int_case_credits') }}

),

periods as (

    select * from {{ ref('stg_netsuite__accounting_periods') }}

),

dated as (

    select
        cases.case_key,
        {{ store_date('milestones.refunded_at', 'cases.store') }} as refunded_on,
        {{ store_date('milestones.credited_at', 'cases.store') }} as credited_on,
        credits.first_period_id,
        {{ store_date(as_of(), 'cases.store') }} as today

    from cases

    inner join milestones on cases.case_key = milestones.case_key

    left join credits on cases.case_key = credits.case_key

    where milestones.refunded_at is not null or milestones.credited_at is not null

),

days as (

    select refunded_on as day from dated
    union
    select credited_on as day from dated

),

-- An adjustment period lies within another one: a day belongs to the period that began first.
periods_of_days as (

    select
        days.day,
        periods.period_id,
        periods.ended_on,
        row_number() over (
            partition by days.day order by periods.started_on, periods.period_id
        ) as choice

    from days

    inner join periods on days.day between periods.started_on and periods.ended_on

),

day_periods as (

    select * from periods_of_days

    where choice = 1

),

-- Where the ERP names no period, the month is one.
placed as (

    select
        dated.case_key,
        dated.refunded_on,
        dated.credited_on,
        dated.today,
        coalesce(refund_periods.ended_on, {{ month_end('dated.refunded_on') }}) as refund_period_ended_on,
        coalesce(named_periods.ended_on, credit_periods.ended_on, {{ month_end('dated.credited_on') }})
            as credit_period_ended_on,
        coalesce(
            refund_periods.period_id <> coalesce(named_periods.period_id, credit_periods.period_id),
            {{ month_end('dated.refunded_on') }} <> {{ month_end('dated.credited_on') }}
        ) as is_in_two_periods

    from dated

    left join day_periods as refund_periods on dated.refunded_on = refund_periods.day

    left join periods as named_periods on dated.first_period_id = named_periods.period_id

    left join day_periods as credit_periods
        on
            dated.credited_on = credit_periods.day
            and dated.first_period_id is null

),

final as (

    select
        case_key,
        case
            when credited_on is null or refunded_on <= credited_on then refund_period_ended_on
            else credit_period_ended_on
        end as first_period_ended_on,
        case
            when refunded_on is not null and credited_on is not null then is_in_two_periods
            when refunded_on is not null then refund_period_ended_on < today
            else credit_period_ended_on < today
        end as is_cutoff

    from placed

)

select * from final
