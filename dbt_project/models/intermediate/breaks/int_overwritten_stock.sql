{#
  Units that our confirmed actions put into quality control and that a later reading no longer finds there: nothing of
  ours took them, so another connector did. Other units may lie in quality control beside ours; only fewer than ours
  prove anything. A reading from before our last action there proves nothing.
#}
with

actions as (

    select * from {{ ref('stg_ledger__actions') }}

    where
        action in ('quarantine', 'hold_for_inspection', 'restock', 'write_off')
        and confirmed_at <= {{ as_of() }}
        and not coalesce(is_disposition, false)

),

levels as (

    select * from {{ ref('stg_shopify__inventory_levels') }}

    where stock_state = 'quality_control'

),

ranked as (

    select
        *,
        row_number() over (
            partition by store, sku, location_id order by confirmed_at desc, case_key desc, order_line_id desc
        ) as newest_rank

    from actions

),

-- One place may hold units of several cases; the case that moved there last stands for them.
summed_to_place as (

    select
        store,
        sku,
        location_id,
        min(case when newest_rank = 1 then case_key end) as case_key,
        min(case when newest_rank = 1 then order_line_id end) as order_line_id,
        max(confirmed_at) as last_confirmed_at,
        sum(case when action in ('quarantine', 'hold_for_inspection') then quantity else -quantity end)
            as kept_quantity

    from ranked

    group by store, sku, location_id

),

final as (

    select
        summed_to_place.case_key,
        summed_to_place.order_line_id,
        summed_to_place.store,
        summed_to_place.sku,
        summed_to_place.location_id,
        summed_to_place.last_confirmed_at,
        cast(summed_to_place.kept_quantity - levels.stock_quantity as integer) as moved_quantity

    from summed_to_place

    inner join levels
        on
            summed_to_place.store = levels.store
            and summed_to_place.sku = levels.sku
            and summed_to_place.location_id = levels.location_id

    where
        levels.read_at > summed_to_place.last_confirmed_at
        and levels.stock_quantity < summed_to_place.kept_quantity

)

select * from final
