-- Findings that no mapping understands: the units count as neither passed nor failed.
with

inspections as (

    select * from {{ ref('int_case_inspections') }}

),

lines as (

    select * from {{ ref('int_case_lines') }}

),

case_currencies as (

    select * from {{ ref('int_case_currencies') }}

),

unknown as (

    select
        case_key,
        order_line_id,
        sum(inspected_quantity) as inspected_quantity,
        min(inspected_at) as inspected_at

    from inspections

    where outcome = 'unknown'

    group by case_key, order_line_id

),

final as (

    select
        unknown.case_key,
        'inspection' as subject,
        unknown.order_line_id,
        'inspection_unknown' as break_type,
        'receipt' as opens,
        {{ from_minor(
            ratio('originals.net_minor', 'unknown.inspected_quantity', 'lines.ordered_quantity'),
            'case_currencies.currency'
        ) }} as amount,
        unknown.inspected_at as due_at

    from unknown

    inner join case_currencies on unknown.case_key = case_currencies.case_key

    left join lines
        on
            unknown.case_key = lines.case_key
            and unknown.order_line_id = lines.order_line_id

    left join {{ ref('int_storefront_order_line_amounts') }} as originals
        on
            lines.store = originals.store
            and lines.order_line_id = originals.order_line_id
            and case_currencies.currency = originals.currency

)

select * from final
