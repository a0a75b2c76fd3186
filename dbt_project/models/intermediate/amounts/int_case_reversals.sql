-- How both sides of a case and its precise reversal compare, as far as the clock has no say.
with

amounts as (

    select * from {{ changed('int_case_amounts') }}

),

causes as (

    select * from {{ changed('int_case_root_causes') }}

),

final as (

    select
        amounts.*,
        causes.has_duplicate_credit,
        causes.credited_tolerance_minor,
        causes.timeless_cause,
        causes.falls_due_at,
        expected.expected_minor,
        case
            when not amounts.is_currency_mismatch and amounts.has_credit
                then amounts.erp_minor - expected.expected_minor
        end as reversal_variance_minor

    from amounts

    inner join causes on amounts.case_key = causes.case_key

    inner join {{ changed('int_case_expected_amounts') }} as expected on amounts.case_key = expected.case_key

)

select * from final
