{% set measured = [
    'requested', 'authorized', 'live_authorized', 'received', 'passed', 'failed', 'refunded', 'credited'
] %}
with

cases as (

    select * from {{ changed('int_cases') }}

),

requested as (

    select
        {{ case_key('store', "'return'", 'return_id') }} as case_key,
        order_line_id,
        'requested' as measure,
        requested_quantity as quantity

    from {{ changed('int_storefront_return_lines') }}

),

authorized as (

    select
        rmas.case_key,
        rmas.document_status,
        lines.order_line_id,
        'authorized' as measure,
        lines.quantity

    from {{ changed('int_erp_unit_lines') }} as lines

    inner join {{ changed('int_rmas_linked_to_cases') }} as rmas on lines.document_id = rmas.document_id

    where lines.order_line_id is not null

),

authorized_live as (

    select
        case_key,
        order_line_id,
        'live_authorized' as measure,
        quantity

    from authorized

    where document_status <> 'cancelled'

),

received as (

    select
        case_key,
        order_line_id,
        'received' as measure,
        quantity

    from {{ changed('int_case_receipt_lines') }}

    where order_line_id is not null

),

inspected as (

    select
        case_key,
        order_line_id,
        outcome as measure,
        inspected_quantity as quantity

    from {{ changed('int_case_inspections') }}

    where
        order_line_id is not null
        and outcome in ('passed', 'failed')

),

refunded as (

    select
        refunds.case_key,
        lines.order_line_id,
        'refunded' as measure,
        lines.refunded_quantity as quantity

    from {{ changed('int_storefront_refund_lines') }} as lines

    inner join {{ changed('int_case_refunds') }} as refunds
        on
            lines.store = refunds.store
            and lines.refund_id = refunds.refund_id

    where lines.is_shop_money

),

credited as (

    select
        case_key,
        order_line_id,
        'credited' as measure,
        quantity

    from {{ changed('int_case_credit_lines') }}

    where order_line_id is not null

),

measures as (

    select * from requested
    union all
    select
        case_key,
        order_line_id,
        measure,
        quantity
    from authorized
    union all
    select * from authorized_live
    union all
    select * from received
    union all
    select * from inspected
    union all
    select * from refunded
    union all
    select * from credited

),

summed_to_line as (

    select
        case_key,
        order_line_id,
    {% for measure in measured %}
        cast(sum(case when measure = '{{ measure }}' then quantity else 0 end) as integer) as {{ measure }}_quantity
        {{- ',' if not loop.last }}
    {% endfor %}

    from measures

    group by case_key, order_line_id

),

final as (

    select
        summed_to_line.*,
        cases.kind,
        cases.store,
        cases.order_id,
        cases.is_taking_units,
        case
            when not cases.is_taking_units then 0
            when cases.kind = 'return' then summed_to_line.requested_quantity
            else summed_to_line.refunded_quantity
        end as taking_quantity,
        cases.taken_at,
        cases.case_name

    from summed_to_line

    inner join cases on summed_to_line.case_key = cases.case_key

)

select * from final
