-- The storefront's amount against the ERP's. The root cause names the kind of break, by a seed.
with

variances as (

    select * from {{ ref('fct_refund_variance') }}

),

lifecycle as (

    select * from {{ ref('fct_return_lifecycle') }}

),

kinds as (

    select * from {{ ref('root_cause_breaks') }}

),

duplicates as (

    select * from {{ ref('int_case_duplicates') }}

),

judged as (

    select
        variances.*,
        kinds.break_type as caused_break_type,
        kinds.opens as caused_opens,
        duplicates.excess_amount,
        lifecycle.current_stage,
        lifecycle.inspection_status,
        lifecycle.received_quantity,
        lifecycle.refunded_quantity,
        lifecycle.credited_quantity,
        greatest(
            abs(variances.quantity_component),
            abs(variances.price_component),
            abs(variances.discount_component),
            abs(variances.tax_component),
            abs(variances.shipping_component),
            abs(variances.fee_component),
            abs(variances.adjustment_component)
        ) as largest_component

    from variances

    inner join lifecycle on variances.case_key = lifecycle.case_key

    left join kinds on variances.root_cause = kinds.root_cause

    left join duplicates on variances.case_key = duplicates.case_key

),

caused as (

    select
        case_key,
        coalesce(caused_break_type, 'unexplained') as break_type,
        coalesce(caused_opens, 'credit') as opens,
        case
            when caused_break_type = 'duplicate' then excess_amount
            when root_cause = 'missing_refund' then erp_amount - exchange_amount
            when root_cause = 'offsetting' then largest_component
            else abs(coalesce(variance_amount, storefront_amount))
        end as amount,
        due_at

    from judged

    where
        root_cause not in ('none', 'not_due')
        -- A credit that leaves nothing to pay out waits for no refund.
        and (root_cause not in ('missing_refund', 'awaiting_refund') or erp_amount > exchange_amount)

),

exchanged as (

    select
        case_key,
        'exchange_net' as break_type,
        'return' as opens,
        exchange_amount as amount,
        due_at

    from judged

    where
        exchange_amount <> 0
        and abs(variance_amount) = exchange_amount

),

-- The customer owes: fees are more than what the goods are worth.
negative_credits as (

    select
        case_key,
        'unexplained' as break_type,
        'credit' as opens,
        -erp_amount as amount,
        due_at

    from judged

    where
        root_cause in ('missing_refund', 'awaiting_refund')
        and erp_amount < 0

),

-- Amounts may agree on units that never came.
miscounted as (

    select
        case_key,
        'qty_mismatch' as break_type,
        'receipt' as opens,
        abs(variance_amount) as amount,
        due_at

    from judged

    where
        current_stage = 'complete'
        and inspection_status = 'done'
        and (received_quantity <> credited_quantity or refunded_quantity <> credited_quantity)

),

hits as (

    select * from caused
    union all
    select * from exchanged
    union all
    select * from negative_credits
    union all
    select * from miscounted

),

final as (

    select
        case_key,
        'money' as subject,
        cast(null as {{ text_type() }}) as order_line_id,
        break_type,
        opens,
        amount,
        due_at

    from hits

)

select * from final
