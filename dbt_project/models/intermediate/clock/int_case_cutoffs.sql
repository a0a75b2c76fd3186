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

placed as (

    select
        dated.case_key,
        dated.refunded_on,
        dated.credited_on,
        dated.today,
        refund_periods.period_id as refund_period_id,
        refund_periods.ended_on as refund_period_ended_on,
        credit_periods.period_id as credit_period_id,
        credit_periods.ended_on as credit_period_ended_on

    from dated

    left join periods as refund_periods
        on dated.refunded_on between refund_periods.started_on and refund_periods.ended_on

    left join periods as credit_periods
        on
            dated.first_period_id = credit_periods.period_id
            or (
                dated.first_period_id is null
                and dated.credited_on between credit_periods.started_on and credit_periods.ended_on
            )

),

final as (

    select
        case_key,
        case
            when credited_on is null or refunded_on <= credited_on then refund_period_ended_on
            else credit_period_ended_on
        end as first_period_ended_on,
        case
            when refunded_on is not null and credited_on is not null then refund_period_id <> credit_period_id
            when refunded_on is not null then refund_period_ended_on < today
            else credit_period_ended_on < today
        end as is_cutoff

    from placed

)

select * from final
