with

events as (

    select * from {{ ref('int_stock_events') }}

),

summed_to_line as (

    select
        case_key,
        order_line_id,
        cast(sum(case when event = 'restored' then quantity else 0 end) as integer) as restored_quantity,
        cast(sum(case when event = 'restock' then quantity else 0 end) as integer) as released_quantity,
        cast(sum(case when event = 'quarantine' then quantity else 0 end) as integer) as quarantined_quantity,
        cast(sum(case when event = 'hold_for_inspection' then quantity else 0 end) as integer) as held_quantity,
        cast(sum(case when event = 'write_off' then quantity else 0 end) as integer) as written_off_quantity,
        min(case when event = 'restored' then location_id end) as restored_location_id,
        min(case when event = 'restored' then location_name end) as restored_location_name,
        min(location_id) as any_location_id

    from events

    group by case_key, order_line_id

),

final as (

    select
        *,
        restored_quantity + released_quantity - quarantined_quantity as on_sale_quantity

    from summed_to_line

)

select * from final
