-- A move is linked to no return: units that wait are taken by moves of the same item, lot and location, those received
-- first going first. A move of more units than wait there moves other stock as well: the rest of it decides nothing.
with

places as (

    select * from {{ ref('int_stock_places') }}

    where document_role = 'receipt'

),

events as (

    select
        item_id,
        lot_id,
        location_id,
        0 as event_rank,
        document_id,
        line_id,
        status_id as part_id,
        bin_id as other_part_id,
        outcome,
        quantity as received_quantity,
        0 as moved_quantity,
        created_at as occurred_at
    from places
    where outcome = 'pending'

    union all

    select
        item_id,
        lot_id,
        location_id,
        1 as event_rank,
        document_id,
        from_line_id as line_id,
        to_line_id as part_id,
        0 as other_part_id,
        outcome,
        0 as received_quantity,
        quantity as moved_quantity,
        moved_at as occurred_at
    from {{ ref('int_stock_moves') }}

),

added_up as (

    select
        *,
        sum(received_quantity) over (
            partition by item_id, lot_id, location_id
            order by occurred_at, event_rank, document_id, line_id, part_id, other_part_id
            rows between unbounded preceding and current row
        ) as received_through,
        sum(moved_quantity) over (
            partition by item_id, lot_id, location_id
            order by occurred_at, event_rank, document_id, line_id, part_id, other_part_id
            rows between unbounded preceding and current row
        ) as moved_through

    from events

),

-- What moves took of other stock so far: the most by which they were ever ahead of what had been received.
bounded as (

    select
        *,
        greatest(
            0,
            max(moved_through - received_through) over (
                partition by item_id, lot_id, location_id
                order by occurred_at, event_rank, document_id, line_id, part_id, other_part_id
                rows between unbounded preceding and current row
            )
        ) as foreign_through

    from added_up

),

moves as (

    select
        *,
        moved_through - foreign_through as taken_through,
        coalesce(
            lag(moved_through - foreign_through) over (
                partition by item_id, lot_id, location_id
                order by occurred_at, event_rank, document_id, line_id, part_id, other_part_id
            ),
            0
        ) as taken_before

    from bounded

),

decided as (

    select
        receipts.document_id as receipt_id,
        receipts.line_id as receipt_line_id,
        'move' as source,
        moves.document_id as finding_document_id,
        moves.outcome,
        least(receipts.received_through, moves.taken_through)
        - greatest(receipts.received_through - receipts.received_quantity, moves.taken_before) as inspected_quantity,
        moves.occurred_at as inspected_at

    from bounded as receipts

    inner join moves
        on
            receipts.item_id = moves.item_id
            and receipts.lot_id = moves.lot_id
            and receipts.location_id = moves.location_id
            and receipts.received_through > moves.taken_before
            and moves.taken_through > receipts.received_through - receipts.received_quantity

    where
        receipts.event_rank = 0
        and moves.event_rank = 1

),

final as (

    select
        document_id as receipt_id,
        line_id as receipt_line_id,
        'place' as source,
        document_id as finding_document_id,
        outcome,
        sum(quantity) as inspected_quantity,
        created_at as inspected_at
    from places
    where outcome <> 'pending'
    group by document_id, line_id, outcome, created_at

    union all

    select * from decided

)

select
    receipt_id,
    receipt_line_id,
    source,
    finding_document_id,
    outcome,
    cast(inspected_quantity as integer) as inspected_quantity,
    inspected_at

from final
