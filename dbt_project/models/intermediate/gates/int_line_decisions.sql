-- What a line's own receipts and inspections say may be done with its units, and what waits, with the first reason why.
{% set line %}
        lines.case_key,
        lines.order_line_id,
        lines.store,
        lines.sku,
        lines.inventory_item_id,
        lines.restored_location_id,
        lines.any_location_id,
        lines.held_quantity,
        lines.released_quantity,
        lines.written_off_quantity,
        lines.is_disposed_late,
{%- endset %}
with

cases as (

    select * from {{ changed('int_cases') }}

),

stages as (

    select * from {{ changed('int_case_stages') }}

),

rmas as (

    select * from {{ changed('int_case_rmas') }}

),

stock as (

    select
        *,
        -- Units that our own dispositions decided on never were in quality control.
        held_quantity + quarantined_quantity - released_quantity - written_off_quantity + coalesce(disposed_quantity, 0)
            as in_quality_control_quantity

    from {{ changed('int_case_line_stock') }}

),

lines as (

    select
        lines.*,
        cases.kind,
        stages.current_stage in ('declined', 'cancelled') as is_ended,
        coalesce(rmas.has_live_rma, false) as has_live_rma,
        coalesce(rmas.is_wait_over, false) as is_wait_over,
        coalesce(stock.restored_quantity, 0) as restored_quantity,
        coalesce(stock.held_quantity, 0) as held_quantity,
        coalesce(stock.quarantined_quantity, 0) as quarantined_quantity,
        coalesce(stock.released_quantity, 0) as released_quantity,
        coalesce(stock.on_sale_quantity, 0) as on_sale_quantity,
        coalesce(stock.written_off_quantity, 0) as written_off_quantity,
        coalesce(stock.disposed_quantity, 0) as disposed_quantity,
        coalesce(stock.kept_off_quantity, 0) as kept_off_quantity,
        coalesce(stock.in_quality_control_quantity, 0) as in_quality_control_quantity,
        -- Units in quality control leave it as they came, whatever the store does with the others.
        {{ disposes_late('cases.store') }} and coalesce(stock.in_quality_control_quantity, 0) <= 0 as is_disposed_late,
        stock.restored_location_id,
        stock.any_location_id

    from {{ changed('int_case_lines') }} as lines

    inner join cases on lines.case_key = cases.case_key

    inner join stages on lines.case_key = stages.case_key

    left join rmas on lines.case_key = rmas.case_key

    left join stock
        on
            lines.case_key = stock.case_key
            and lines.order_line_id = stock.order_line_id

),

returned as (

    select * from lines

    where
        kind = 'return'
        and not is_ended

),

decisions as (

    select
        {{ line }}
        'hold_for_inspection' as action,
        received_quantity - restored_quantity - held_quantity - disposed_quantity as quantity,
        case when not has_live_rma then 'unlinked' end as hold_reason

    from returned as lines

    where not {{ disposes_late('store') }}

    union all

    select
        {{ line }}
        'restock' as action,
        case
            when {{ disposes_late('store') }} and not is_disposed_late
                then least(passed_quantity - on_sale_quantity, in_quality_control_quantity)
            else passed_quantity - on_sale_quantity
        end as quantity,
        cast(null as {{ text_type() }}) as hold_reason

    from returned as lines

    union all

    select
        {{ line }}
        'restock' as action,
        case when is_wait_over then least(requested_quantity, received_quantity) else requested_quantity end
        - greatest(passed_quantity, on_sale_quantity)
        - failed_quantity as quantity,
        case
            when not has_live_rma then 'unlinked'
            when received_quantity < due_quantity then 'not_received'
            else 'not_inspected'
        end as hold_reason

    from returned as lines

    union all

    select
        {{ line }}
        'write_off' as action,
        case
            when is_disposed_late then failed_quantity - written_off_quantity - kept_off_quantity
            else least(failed_quantity - written_off_quantity, in_quality_control_quantity)
        end as quantity,
        cast(null as {{ text_type() }}) as hold_reason

    from returned as lines

),

final as (

    select
        case_key,
        order_line_id,
        store,
        sku,
        inventory_item_id,
        coalesce(restored_location_id, any_location_id) as location_id,
        action,
        cast(quantity as integer) as quantity,
        hold_reason,
        case
            when action in ('restock', 'write_off') and is_disposed_late then 'dispositions'
            else 'states'
        end as inventory_method,
        -- What this action moved on the line before: so many units asked for again are another request. None of these
        -- ever falls; what is on sale now does, and could be met again.
        case action
            when 'hold_for_inspection' then held_quantity
            when 'restock' then released_quantity
            else written_off_quantity
        end as moved_before_quantity

    from decisions

    where quantity > 0

)

select * from final
