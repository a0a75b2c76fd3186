with

events as (

    select * from {{ changed('int_stock_events') }}

),

-- Units put back in several places are looked for where the first of them went; where the storefront put none back,
-- where our own actions put theirs.
first_places as (

    select
        case_key,
        order_line_id,
        location_id,
        location_name

    from (
        select
            *,
            row_number() over (
                partition by case_key, order_line_id
                order by case event when 'restored' then 0 else 1 end, occurred_at, location_id
            ) as place_rank

        from events

        where
            event in ('restored', 'restock')
            and location_id is not null
    ) as ranked

    where place_rank = 1

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
        cast(sum(case when event = 'kept_off' then quantity else 0 end) as integer) as kept_off_quantity,
        cast(sum(case when is_disposition then quantity else 0 end) as integer) as disposed_quantity,
        min(location_id) as any_location_id

    from events

    group by case_key, order_line_id

),

final as (

    select
        summed_to_line.*,
        summed_to_line.restored_quantity
        + summed_to_line.released_quantity
        - summed_to_line.quarantined_quantity as on_sale_quantity,
        first_places.location_id as restored_location_id,
        first_places.location_name as restored_location_name

    from summed_to_line

    left join first_places
        on
            summed_to_line.case_key = first_places.case_key
            and summed_to_line.order_line_id = first_places.order_line_id

)

select * from final
