with

cases as (

    select * from {{ changed('int_cases') }}

),

returns as (

    select * from {{ changed('int_storefront_returns') }}

),

receipts as (

    select
        case_key,
        min(received_at) as received_at,
        sum(quantity) as received_quantity

    from {{ changed('int_case_receipt_lines') }}

    group by case_key

),

inspections as (

    select
        case_key,
        max(inspected_at) as last_inspected_at

    from {{ changed('int_case_inspections') }}

    where outcome in ('passed', 'failed')

    group by case_key

),

final as (

    select
        cases.case_key,
        coalesce(returns.requested_at, rmas.first_rma_at, storefront.refunded_at) as requested_at,
        returns.approved_at,
        rmas.rma_opened_at,
        receipts.received_at,
        inspections.last_inspected_at,
        credits.credited_at,
        credits.last_credited_at,
        storefront.refunded_at,
        storefront.first_paid_at,
        storefront.last_paid_at,
        storefront.settled_at,
        returns.closed_at

    from cases

    left join returns
        on
            cases.store = returns.store
            and cases.return_id = returns.return_id

    left join {{ changed('int_case_rmas') }} as rmas on cases.case_key = rmas.case_key

    left join receipts on cases.case_key = receipts.case_key

    left join inspections on cases.case_key = inspections.case_key

    left join {{ changed('int_case_credits') }} as credits on cases.case_key = credits.case_key

    left join {{ changed('int_case_storefront_amounts') }} as storefront on cases.case_key = storefront.case_key

)

select * from final
