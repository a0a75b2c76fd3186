with

variances as (

    select * from {{ ref('fct_refund_variance') }}

),

lifecycle as (

    select * from {{ ref('fct_return_lifecycle') }}

),

exposure as (

    select * from {{ ref('fct_restock_exposure') }}

),

thresholds as (

    select * from {{ ref('diagnostic_thresholds') }}

),

lines as (

    select * from {{ ref('fct_return_lines') }}

),

exposure_summed_to_case as (

    select
        case_key,
        sum(open_amount) as open_amount

    from exposure

    group by case_key

),

lines_with_other_tax_codes as (

    select
        case_key,
        count(*) as line_count

    from lines

    where tax_codes <> original_tax_codes

    group by case_key

),

matched as (

    select
        variances.store,
        variances.currency,
        'refunds_match' as question,
        count(case when root_cause in ('none', 'rounding') and coalesce(payout_variance_amount, 0) = 0 then 1 end)
            as numerator,
        count(*) as denominator,
        coalesce(sum(abs(variance_amount)), 0) as amount

    from variances

    where root_cause <> 'not_due'

    group by variances.store, variances.currency

),

restored as (

    select
        lifecycle.store,
        lifecycle.currency,
        'stock_after_inspection' as question,
        sum(least(lifecycle.restocked_quantity, lifecycle.passed_quantity)) as numerator,
        sum(lifecycle.restocked_quantity) as denominator,
        coalesce(sum(exposed.open_amount), 0) as amount

    from lifecycle

    left join exposure_summed_to_case as exposed on lifecycle.case_key = exposed.case_key

    where lifecycle.restocked_quantity > 0

    group by lifecycle.store, lifecycle.currency

),

visible as (

    select
        lifecycle.store,
        lifecycle.currency,
        'stages_are_visible' as question,
        count(case when lifecycle.link_method in ('explicit', 'order_lines') then 1 end) as numerator,
        count(*) as denominator,
        coalesce(sum(case when lifecycle.is_falsely_complete then variances.storefront_amount end), 0) as amount

    from lifecycle

    inner join variances on lifecycle.case_key = variances.case_key

    group by lifecycle.store, lifecycle.currency

),

reversed as (

    select
        variances.store,
        variances.currency,
        'credits_are_precise' as question,
        count(
            case
                when
                    variances.reversal_variance_amount = 0
                    and not variances.is_applied_elsewhere
                    and coalesce(other_codes.line_count, 0) = 0
                    then 1
            end
        ) as numerator,
        count(*) as denominator,
        coalesce(sum(abs(variances.reversal_variance_amount)), 0) as amount

    from variances

    left join lines_with_other_tax_codes as other_codes on variances.case_key = other_codes.case_key

    where variances.reversal_variance_amount is not null

    group by variances.store, variances.currency

),

rehearsed as (

    select
        'all' as store,
        'all' as currency,
        'flows_are_rehearsed' as question,
        {{ var('rehearsals_passed') }} as numerator,
        {{ var('rehearsals_run') }} as denominator,
        0 as amount

),

questions as (

    select * from matched
    union all
    select * from restored
    union all
    select * from visible
    union all
    select * from reversed
    union all
    select * from rehearsed

),

final as (

    select
        questions.question,
        questions.store,
        questions.currency,
        cast(questions.numerator as bigint) as numerator,
        cast(questions.denominator as bigint) as denominator,
        case
            when questions.denominator > 0
                then cast(questions.numerator * cast(1.0000 as decimal(5, 4)) / questions.denominator as decimal(9, 4))
        end as rate,
        cast(questions.amount as decimal(18, 3)) as amount,
        case
            when coalesce(questions.denominator, 0) = 0 then 'attention'
            when questions.numerator >= questions.denominator * thresholds.good_rate then 'good'
            when questions.numerator >= questions.denominator * thresholds.attention_rate then 'attention'
            else 'bad'
        end as verdict

    from questions

    inner join thresholds on questions.question = thresholds.question

)

select * from final
