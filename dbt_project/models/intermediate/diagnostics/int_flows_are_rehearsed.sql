-- Question 5: have the complex flows been rehearsed? A kind that no scenario is about is asked too, of nothing.
with

outcomes as (

    select * from {{ ref('stg_rehearsal__outcomes') }}

    where rehearsed_at <= {{ as_of() }}

),

questions as (

    select question from {{ ref('diagnostic_thresholds') }}

    where question like 'flows_are_rehearsed%'

),

whole_packs as (

    select
        pack,
        max(rehearsed_at) as rehearsed_at

    from outcomes

    where is_whole_pack

    group by pack

),

-- A file that was not in its pack when the whole of it was last rehearsed is gone.
ranked as (

    select
        outcomes.*,
        row_number() over (
            partition by outcomes.pack, outcomes.scenario
            order by outcomes.rehearsed_at desc, outcomes.rehearsal_id desc
        ) as newest_rank

    from outcomes

    left join whole_packs on outcomes.pack = whole_packs.pack

    where outcomes.rehearsed_at >= coalesce(whole_packs.rehearsed_at, outcomes.rehearsed_at)

),

newest as (

    select * from ranked

    where newest_rank = 1

),

answers as (

    select
        'flows_are_rehearsed' as question,
        is_passed
    from newest

    union all

    select
        'flows_are_rehearsed_' || kind as question,
        is_passed
    from {{ each_of('newest', 'newest', 'kinds', 'kind') }}

),

final as (

    select
        questions.question,
        'all' as store,
        'all' as currency,
        coalesce(sum(case when answers.is_passed then 1 else 0 end), 0) as numerator,
        count(answers.is_passed) as denominator,
        cast(null as decimal(18, 3)) as numerator_amount,
        cast(null as decimal(18, 3)) as denominator_amount,
        0 as amount

    from questions

    left join answers on questions.question = answers.question

    group by questions.question

)

select * from final
