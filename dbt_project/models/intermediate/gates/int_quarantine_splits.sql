-- Units to take off sale, and those of them that are still there: rows of one sku and place share what is available.
with

exposures as (

    select
        lines.case_key,
        lines.order_line_id,
        lines.store,
        lines.sku,
        cases.case_name,
        intervals.exposed_quantity as open_quantity,
        stock.restored_location_id

    from {{ ref('int_exposure_intervals') }} as intervals

    inner join {{ ref('int_case_lines') }} as lines
        on
            intervals.case_key = lines.case_key
            and intervals.order_line_id = lines.order_line_id

    inner join {{ ref('int_cases') }} as cases on intervals.case_key = cases.case_key

    inner join {{ ref('int_case_line_stock') }} as stock
        on
            intervals.case_key = stock.case_key
            and intervals.order_line_id = stock.order_line_id

    where
        intervals.ended_at is null
        and cases.kind in ('return', 'refund_only')

),

available_by_place as (

    select
        store,
        sku,
        location_id,
        sum(available_quantity) as available_quantity

    from {{ ref('int_storefront_stock') }}

    group by store, sku, location_id

),

in_turn as (

    select
        exposures.case_key,
        exposures.order_line_id,
        exposures.open_quantity,
        available_by_place.available_quantity,
        coalesce(
            sum(exposures.open_quantity) over (
                partition by exposures.store, exposures.sku, exposures.restored_location_id
                order by exposures.case_name, exposures.order_line_id
                rows between unbounded preceding and 1 preceding
            ), 0
        ) as earlier_open_quantity

    from exposures

    left join available_by_place
        on
            exposures.store = available_by_place.store
            and exposures.sku = available_by_place.sku
            and exposures.restored_location_id = available_by_place.location_id

),

final as (

    select
        case_key,
        order_line_id,
        open_quantity,
        case
            when available_quantity is null then open_quantity
            else least(open_quantity, greatest(available_quantity - earlier_open_quantity, 0))
        end as ready_quantity

    from in_turn

)

select * from final
