with

cases as (

    select * from {{ ref('fct_return_lifecycle') }}

    where
        current_stage not in ('declined', 'cancelled')
        and (kind = 'return' or (kind = 'erp_only' and rma_id is not null and link_method <> 'ambiguous'))

),

variances as (

    select * from {{ ref('fct_refund_variance') }}

),

-- How often a returned unit has passed its inspection so far, in the store.
inspected as (

    select
        store,
        sum(passed_quantity) as passed_quantity,
        sum(passed_quantity + failed_quantity) as inspected_quantity

    from {{ ref('fct_return_lines') }}

    group by store

),

lines as (

    select
        case_key,
        sum(expected_quantity * unit_cost_minor) as expected_cost_minor,
        sum(remaining_quantity) as remaining_quantity,
        sum(remaining_minor) as remaining_minor,
        sum(awaited_quantity) as awaited_quantity,
        sum(awaited_quantity * unit_cost_minor) as awaited_cost_minor,
        sum(arrived_quantity * unit_cost_minor) as received_cost_minor,
        sum(case when has_cost then 0 else awaited_quantity end) as uncosted_quantity

    from {{ ref('int_lines_not_credited_costs') }}

    group by case_key

),

-- A case credited in part owes what its other units are worth; one without a credit owes all that is expected.
owed as (

    select
        cases.case_key,
        cases.case_name,
        cases.store,
        cases.currency,
        cases.current_stage,
        cases.requested_at as opened_at,
        cases.received_at,
        cases.credited_at,
        cases.posting_status in ('done', 'not_required') as is_settled,
        cases.credited_at is not null as is_credited,
        variances.expected_amount,
        coalesce(variances.erp_amount, variances.expected_amount) as erp_amount,
        coalesce(lines.expected_cost_minor, 0) as expected_cost_minor,
        coalesce(lines.remaining_quantity, 0) as remaining_quantity,
        coalesce(lines.remaining_minor, 0) as remaining_minor,
        coalesce(lines.awaited_quantity, 0) as awaited_quantity,
        coalesce(lines.uncosted_quantity, 0) as uncosted_quantity,
        coalesce(lines.awaited_cost_minor, 0) as awaited_cost_minor,
        coalesce(lines.received_cost_minor, 0) as received_cost_minor,
        coalesce(inspected.passed_quantity, 0) as passed_quantity,
        coalesce(inspected.inspected_quantity, 0) as inspected_quantity

    from cases

    inner join variances on cases.case_key = variances.case_key

    left join lines on cases.case_key = lines.case_key

    left join inspected on cases.store = inspected.store

),

amounts as (

    select
        *,
        case
            when is_settled then 0
            when is_credited then {{ from_minor('remaining_minor', 'currency') }}
            else expected_amount
        end as liability_amount,
        case when is_credited then erp_amount else 0 end as credited_amount,
        case when is_credited then erp_amount - expected_amount else 0 end as difference_amount,
        case when is_settled then 0 else awaited_cost_minor end as open_awaited_minor,
        case when is_settled then 0 else received_cost_minor end as open_received_minor,
        -- Nothing inspected yet says nothing against a unit.
        case when inspected_quantity > 0 then passed_quantity else 1 end as passed_part,
        case when inspected_quantity > 0 then inspected_quantity else 1 end as inspected_whole

    from owed

),

final as (

    select
        case_key,
        case_name,
        store,
        currency,
        current_stage,
        opened_at,
        received_at,
        credited_at,
        not is_settled as is_open,
        cast(liability_amount + credited_amount - difference_amount as decimal(18, 3)) as opened_amount,
        cast(credited_amount as decimal(18, 3)) as credited_amount,
        cast(difference_amount as decimal(18, 3)) as difference_amount,
        cast(liability_amount as decimal(18, 3)) as liability_amount,
        cast(case when is_settled then 0 else remaining_quantity end as integer) as remaining_quantity,
        cast(case when is_settled then 0 else awaited_quantity end as integer) as awaited_quantity,
        cast(case when is_settled then 0 else uncosted_quantity end as integer) as uncosted_quantity,
        {{ rate('passed_part', 'inspected_whole') }} as pass_rate,
        {{ from_minor(ratio('cast(expected_cost_minor as bigint)', 'passed_part', 'inspected_whole'), 'currency') }}
            as expected_cost_amount,
        {{ from_minor(ratio('cast(open_awaited_minor as bigint)', 'passed_part', 'inspected_whole'), 'currency') }}
            as asset_amount,
        {{ from_minor(ratio('cast(open_received_minor as bigint)', 'passed_part', 'inspected_whole'), 'currency') }}
            as received_asset_amount

    from amounts

)

select * from final
