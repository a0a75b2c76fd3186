-- Moves that decide: out of a place where units wait, into one where they do not. A document's rows out and rows in are
-- paired in the order of its lines, by units.
with

places as (

    select * from {{ ref('int_stock_places') }}

    where document_role <> 'receipt'

),

ends as (

    select
        *,
        case when quantity < 0 then 'from' else 'to' end as end_name,
        abs(quantity) as units,
        sum(abs(quantity)) over (
            partition by document_id, item_id, lot_id, case when quantity < 0 then 'from' else 'to' end
            order by line_id, status_id, bin_id
            rows between unbounded preceding and current row
        ) as units_through

    from places

),

pairs as (

    select
        sources.document_id,
        sources.line_id as from_line_id,
        targets.line_id as to_line_id,
        sources.item_id,
        sources.lot_id,
        sources.location_id,
        sources.outcome as from_outcome,
        targets.outcome,
        targets.created_at as moved_at,
        least(sources.units_through, targets.units_through)
        - greatest(sources.units_through - sources.units, targets.units_through - targets.units) as quantity

    from ends as sources

    inner join ends as targets
        on
            sources.document_id = targets.document_id
            and sources.item_id = targets.item_id
            and sources.lot_id = targets.lot_id
            and sources.units_through > targets.units_through - targets.units
            and targets.units_through > sources.units_through - sources.units

    where
        sources.end_name = 'from'
        and targets.end_name = 'to'

),

final as (

    select
        document_id,
        from_line_id,
        to_line_id,
        item_id,
        lot_id,
        location_id,
        outcome,
        cast(sum(quantity) as integer) as quantity,
        moved_at

    from pairs

    where
        from_outcome = 'pending'
        and outcome <> 'pending'

    group by document_id, from_line_id, to_line_id, item_id, lot_id, location_id, outcome, moved_at

)

select * from final
