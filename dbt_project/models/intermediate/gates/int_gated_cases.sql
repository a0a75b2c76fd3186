-- What every gate of a case carries, and its key is made of.
with

final as (

    select
        cases.case_key,
        cases.case_name,
        cases.store,
        case_currencies.currency,
        milestones.requested_at,
        coalesce(evidence.evidence, '') as evidence

    from {{ changed('int_cases') }} as cases

    inner join {{ changed('int_case_currencies') }} as case_currencies on cases.case_key = case_currencies.case_key

    inner join {{ changed('int_case_milestones') }} as milestones on cases.case_key = milestones.case_key

    left join {{ changed('int_case_evidence') }} as evidence on cases.case_key = evidence.case_key

)

select * from final
