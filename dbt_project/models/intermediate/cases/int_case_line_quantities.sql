{% set measured = [
    'requested', 'authorized', 'live_authorized', 'received', 'passed', 'failed', 'refunded', 'credited'
] %}
with

cases as (

    select * from {{ changed('int_cases') }}

),

-- Each source fills its own measures: a text that named the measure would be compared eight times a row.
measures as (

    select
        {{ case_key('store', "'return'", 'return_id') }} as case_key,
        order_line_id,
        {{ quantities(measured, requested='requested_quantity') }}
    from {{ changed('int_storefront_return_lines') }}
    where order_line_id is not null

    union all

    select
        rmas.case_key,
        lines.order_line_id,
        {{ quantities(
            measured,
            authorized='lines.quantity',
            live_authorized="case when rmas.document_status <> 'cancelled' then lines.quantity else 0 end"
        ) }}
    from {{ changed('int_erp_unit_lines') }} as lines
    inner join {{ changed('int_rmas_linked_to_cases') }} as rmas on lines.document_id = rmas.document_id
    where lines.order_line_id is not null

    union all

    select
        case_key,
        order_line_id,
        {{ quantities(measured, received='quantity') }}
    from {{ changed('int_case_receipt_lines') }}
    where order_line_id is not null

    union all

    select
        case_key,
        order_line_id,
        {{ quantities(
            measured,
            passed="case when outcome = 'passed' then inspected_quantity else 0 end",
            failed="case when outcome = 'failed' then inspected_quantity else 0 end"
        ) }}
    from {{ changed('int_case_inspections') }}
    where
        order_line_id is not null
        and outcome in ('passed', 'failed')

    union all

    select
        refunds.case_key,
        lines.order_line_id,
        {{ quantities(measured, refunded='lines.refunded_quantity') }}
    from {{ changed('int_storefront_refund_lines') }} as lines
    inner join {{ changed('int_case_refunds') }} as refunds
        on
            lines.store = refunds.store
            and lines.refund_id = refunds.refund_id
    where lines.is_shop_money

    union all

    select
        case_key,
        order_line_id,
        {{ quantities(measured, credited='quantity') }}
    from {{ changed('int_case_credit_lines') }}
    where order_line_id is not null

),

summed_to_line as (

    select
        case_key,
        order_line_id,
    {% for measure in measured %}
        cast(sum({{ measure }}_quantity) as integer) as {{ measure }}_quantity
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
