with

quantities as (

    select * from {{ changed('int_case_line_quantities') }}

),

rmas as (

    select * from {{ changed('int_case_rmas') }}

),

order_lines as (

    select * from {{ changed('int_storefront_order_lines') }}

),

taken as (

    select
        *,
        case
            when is_taking_units
                then
                    coalesce(
                        sum(taking_quantity) over (
                            partition by store, order_line_id
                            order by taken_at, case_name
                            rows between unbounded preceding and 1 preceding
                        ), 0
                    )
            else 0
        end as taken_quantity

    from quantities

),

final as (

    select
        taken.case_key,
        taken.store,
        taken.order_id,
        taken.order_line_id,
        order_lines.sku,
        order_lines.bundle_id,
        order_lines.inventory_item_id,
        order_lines.ordered_quantity,
        cast(taken.taken_quantity as integer) as taken_quantity,
        taken.requested_quantity,
        taken.authorized_quantity,
        taken.live_authorized_quantity,
        taken.received_quantity,
        taken.passed_quantity,
        taken.failed_quantity,
        taken.refunded_quantity,
        taken.credited_quantity,
        case
            when taken.kind = 'return' then taken.requested_quantity
            when taken.kind = 'refund_only' then taken.refunded_quantity
            else taken.authorized_quantity
        end as expected_quantity,
        case
            when coalesce(rmas.is_wait_over, false)
                then
                    least(
                        case
                            when taken.kind = 'return' then taken.requested_quantity
                            when taken.kind = 'refund_only' then taken.refunded_quantity
                            else taken.authorized_quantity
                        end,
                        taken.received_quantity
                    )
            when taken.kind = 'return' then taken.requested_quantity
            when taken.kind = 'refund_only' then taken.refunded_quantity
            else taken.authorized_quantity
        end as due_quantity,
        case
            when rmas.case_key is not null then taken.authorized_quantity
            when taken.kind = 'return' then taken.requested_quantity
            else order_lines.ordered_quantity
        end as creditable_quantity,
        case
            when rmas.case_key is not null then taken.authorized_quantity
            else order_lines.ordered_quantity
        end as credit_limit_quantity,
        case
            when taken.kind = 'return' then taken.requested_quantity
            else order_lines.ordered_quantity
        end as refund_limit_quantity

    from taken

    inner join order_lines
        on
            taken.store = order_lines.store
            and taken.order_line_id = order_lines.order_line_id

    left join rmas on taken.case_key = rmas.case_key

)

select * from final
