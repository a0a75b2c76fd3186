-- What the customer may be told: the ERP's own figure, never ours.
with

cases as (

    select * from {{ changed('int_cases') }}

    where kind = 'return'

),

reversals as (

    select * from {{ changed('int_case_reversals') }}

),

rmas as (

    select * from {{ changed('int_case_rmas') }}

),

published as (

    select
        case_key,
        {{ to_minor('amount', 'currency') }} as amount_minor,
        action_count as published_count

    from {{ changed('int_confirmed_actions') }}

    where
        action = 'publish_quote'
        and newest_rank = 1

),

figures as (

    select
        cases.case_key,
        reversals.is_currency_mismatch,
        reversals.has_credit,
        coalesce(rmas.has_live_rma, false) as has_live_rma,
        reversals.authorized_lines_minor,
        least(greatest(reversals.authorized_quantity, 1), {{ var('tolerance_cap_minor') }}) as tolerance_minor,
        {{ to_minor('rmas.total_amount', 'reversals.currency') }} as authorized_minor,
        case
            when reversals.is_currency_mismatch then null
            when reversals.has_credit then reversals.erp_minor
            else {{ to_minor('rmas.total_amount', 'reversals.currency') }}
        end as amount_minor,
        published.amount_minor as published_minor,
        coalesce(published.published_count, 0) as published_count

    from cases

    inner join reversals on cases.case_key = reversals.case_key

    inner join {{ changed('int_case_stages') }} as stages on cases.case_key = stages.case_key

    left join rmas on cases.case_key = rmas.case_key

    left join published on cases.case_key = published.case_key

    where stages.current_stage not in ('declined', 'cancelled')

),

reasons as (

    select
        *,
        {{ sorted_list([
            "case when is_currency_mismatch then 'currency_mismatch' end",
            "case when amount_minor is null and not is_currency_mismatch then 'no_erp_figure' end",
            "case when not has_credit and abs(authorized_minor - authorized_lines_minor) > tolerance_minor"
            ~ " then 'reversal_mismatch' end",
            "case when not has_live_rma and not has_credit then 'unlinked' end",
        ]) }} as hold_reasons

    from figures

),

final as (

    select
        case_key,
        amount_minor,
        published_count,
        case
            when amount_minor = published_minor then 'done'
            when {{ list_length('hold_reasons') }} > 0 then 'held'
            else 'ready'
        end as decision,
        case when amount_minor = published_minor then {{ empty_list() }} else hold_reasons end as hold_reasons

    from reasons

)

select * from final
