-- A record of an inspection counts before a field of the receipt's line, and that before the place of its units: of a
-- receipt line's findings the strongest kind counts alone, so that units are not found twice.
with

records as (

    select * from {{ changed('stg_netsuite__inspections') }}

    where inspected_at <= {{ as_of() }}

),

details as (

    select * from {{ changed('stg_netsuite__inventory_details') }}

    where
        document_role = 'receipt'
        and field_value is not null
        and field_found_at <= {{ as_of() }}

),

rules as (

    select * from {{ ref('inspection_rules') }}

    where kind = 'field'

),

graded as (

    select
        details.*,
        rules.outcome,
        row_number() over (
            partition by details.document_id, details.line_id, details.lot_id, details.status_id, details.bin_id
            order by case when rules.priority is null then 1 else 0 end, rules.priority
        ) as rule_rank

    from details

    left join rules on {{ fits_rule('rules.value', 'details.field_value', 'details.field_value') }}

),

findings as (

    select
        receipt_id,
        receipt_line_id,
        1 as strength,
        'record-' || cast(inspection_id as {{ text_type() }}) as inspection_id,
        outcome,
        inspected_quantity,
        inspected_at
    from records

    union all

    select
        document_id as receipt_id,
        line_id as receipt_line_id,
        2 as strength,
        'field-' || cast(line_id as {{ text_type() }}) as inspection_id,
        coalesce(outcome, 'unknown') as outcome,
        quantity as inspected_quantity,
        field_found_at as inspected_at
    from graded
    where rule_rank = 1

    union all

    select
        receipt_id,
        receipt_line_id,
        3 as strength,
        source || '-' || cast(finding_document_id as {{ text_type() }}) as inspection_id,
        outcome,
        inspected_quantity,
        inspected_at
    from {{ changed('int_stock_findings', by='receipt_id') }}

),

ranked as (

    select
        *,
        rank() over (partition by receipt_id, receipt_line_id order by strength) as strength_rank

    from findings

),

receipt_lines as (

    select * from {{ changed('int_case_receipt_lines') }}

),

final as (

    select
        receipt_lines.case_key,
        receipt_lines.order_line_id,
        receipt_lines.document_number as receipt_number,
        ranked.inspection_id,
        ranked.outcome,
        ranked.inspected_quantity,
        ranked.inspected_at

    from ranked

    inner join receipt_lines
        on
            ranked.receipt_id = receipt_lines.document_id
            and ranked.receipt_line_id = receipt_lines.line_id

    where ranked.strength_rank = 1

)

select * from final
