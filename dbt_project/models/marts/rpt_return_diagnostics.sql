{% set questions = [
    'refunds_match', 'stock_after_inspection', 'stages_are_visible', 'credits_are_precise', 'flows_are_rehearsed'
] %}
with

questions as (

    {% for question in questions %}
        select
            question,
            store,
            currency,
            cast(numerator as bigint) as numerator,
            cast(denominator as bigint) as denominator,
            cast(numerator_amount as decimal(18, 3)) as numerator_amount,
            cast(denominator_amount as decimal(18, 3)) as denominator_amount,
            cast(amount as decimal(18, 3)) as amount
        from {{ ref('int_' ~ question) }}
        {% if not loop.last %}union all{% endif %}
    {% endfor %}

),

thresholds as (

    select * from {{ ref('diagnostic_thresholds') }}

),

final as (

    select
        questions.question,
        questions.store,
        questions.currency,
        questions.numerator,
        questions.denominator,
        {{ rate('questions.numerator', 'questions.denominator') }} as rate,
        questions.numerator_amount,
        questions.denominator_amount,
        {{ rate('questions.numerator_amount', 'questions.denominator_amount') }} as value_rate,
        questions.amount,
        cast(thresholds.good_rate as decimal(9, 4)) as good_rate,
        cast(thresholds.attention_rate as decimal(9, 4)) as attention_rate,
        case
            when coalesce(questions.denominator, 0) = 0 then 'attention'
            when questions.numerator >= questions.denominator * thresholds.good_rate then 'good'
            when questions.numerator >= questions.denominator * thresholds.attention_rate then 'attention'
            else 'bad'
        end as verdict

    from questions

    left join thresholds on questions.question = thresholds.question

)

select * from final
