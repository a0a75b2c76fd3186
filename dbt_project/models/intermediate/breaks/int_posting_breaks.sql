-- Whatever the amounts: documents in different periods, and a credit applied to another invoice.
with

variances as (

    select * from {{ ref('fct_refund_variance') }}

),

lifecycle as (

    select * from {{ ref('fct_return_lifecycle') }}

),

cutoffs as (

    select * from {{ ref('int_case_cutoffs') }}

),

-- What is accrued is the document that came first, from the end of its period on.
crossing as (

    select
        variances.case_key,
        'period' as subject,
        'cutoff' as break_type,
        case
            when lifecycle.credited_at is null or lifecycle.refunded_at <= lifecycle.credited_at then 'refund'
            else 'credit'
        end as opens,
        abs(
            case
                when lifecycle.credited_at is null or lifecycle.refunded_at <= lifecycle.credited_at
                    then variances.storefront_amount
                else variances.erp_amount
            end
        ) as amount,
        coalesce(
            {{ add_days('cast(cutoffs.first_period_ended_on as ' ~ timestamp_type() ~ ')', 1) }},
            variances.due_at
        ) as due_at

    from variances

    inner join lifecycle on variances.case_key = lifecycle.case_key

    inner join cutoffs on variances.case_key = cutoffs.case_key

    where variances.is_cutoff

),

misapplied as (

    select
        variances.case_key,
        'application' as subject,
        'applied_elsewhere' as break_type,
        'credit' as opens,
        abs(variances.erp_amount) as amount,
        lifecycle.credited_at as due_at

    from variances

    inner join lifecycle on variances.case_key = lifecycle.case_key

    where variances.is_applied_elsewhere

),

hits as (

    select * from crossing
    union all
    select * from misapplied

),

final as (

    select
        case_key,
        subject,
        cast(null as {{ text_type() }}) as order_line_id,
        break_type,
        opens,
        amount,
        due_at

    from hits

)

select * from final
