"""The slow sweep: where a slice of all orders differs from what has landed, and what is gone."""

# ruff: noqa: S608 - names are declared in code, and literals are quoted by this room.

from collections.abc import Sequence
from pathlib import Path

from orchestration.extract.streams import STREAMS, System
from orchestration.landing.ids import ORDERS, RETURN_MAY_CHANGE, RETURNS, newest
from orchestration.landing.manifest import Batch, committed_batches
from orchestration.landing.sessions import connect
from orchestration.landing.sources import select_rows

CENSUS = STREAMS[System.SHOPIFY, "order_census"]
DELETED = STREAMS[System.SHOPIFY, "deleted_orders"]
NUMBER = "regexp_extract(id, '[0-9]+$')::ubigint"


def census_start(root: Path, store: str, *, records: int) -> int:
    """
    Return the number of the id after which a store's next slice begins.

    A slice goes on where the last one ended; after one of fewer records than were asked for,
    which came to the end, the next begins anew. One with a reject is read again, until all fits.
    """
    return _end(root, _whole(_batches(root, store)), records=records)


def orders_that_differ(root: Path, store: str) -> list[str]:
    """
    Return the ids of orders in the newest slice that landed otherwise, or not at all.

    An order differs when it changed later than what landed of it, when it names a return or a
    refund that did not land with it, or when a return that landed as final is in another state.
    """
    slice_ = _batches(root, store)[-1:]
    query = f"""
        with census as ({select_rows(root, CENSUS, slice_)}),
        orders as ({newest(root, store, ORDERS)}),
        final as (select id, status from ({newest(root, store, RETURNS)})
                  where not ({RETURN_MAY_CHANGE})),
        reopened as (
            select distinct census.id
            from (select id, unnest("returns".nodes) as node from census) as census
            inner join final on census.node.id = final.id
            where census.node.status <> final.status
        )
        select census.id
        from census left join orders on census.id = orders.id
        where
            orders.id is null
            or census."updatedAt" > orders."updatedAt"
            or not list_has_all(
                coalesce(list_transform(orders."returns".nodes, lambda node: node.id), []),
                coalesce(list_transform(census."returns".nodes, lambda node: node.id), [])
            )
            or not list_has_all(
                coalesce(list_transform(orders.refunds, lambda node: node.id), []),
                coalesce(list_transform(census.refunds, lambda node: node.id), [])
            )
            or census.id in (select id from reopened)
        order by 1
    """
    with connect(reads=root) as connection:
        return [row[0] for row in connection.execute(query).fetchall()]


def orders_not_met(root: Path, store: str, *, records: int) -> list[str]:
    """
    Return the ids of landed orders that the newest slice passed by without meeting them.

    A slice with a reject, which may be any of them, tells of none.
    """
    batches = _batches(root, store)
    if not batches or batches[-1].rejects:
        return []
    low = _end(root, _whole(batches[:-1]), records=records)
    high = _end(root, batches, records=records) or None
    query = f"""
        select id from ({newest(root, store, ORDERS)})
        where
            {NUMBER} > $low
            and ($high is null or {NUMBER} <= $high)
            and id not in (select id from ({select_rows(root, CENSUS, batches[-1:])}))
            and id not in (select id from ({newest(root, store, DELETED)}))
        order by id
    """
    with connect(reads=root) as connection:
        found = connection.execute(query, {"low": low, "high": high}).fetchall()
    return [row[0] for row in found]


def _whole(batches: Sequence[Batch]) -> list[Batch]:
    return [batch for batch in batches if not batch.rejects]


def _end(root: Path, batches: Sequence[Batch], *, records: int) -> int:
    # What was merged since is no slice any more: the sweep begins anew.
    if not batches or batches[-1].merged or batches[-1].rows < records:
        return 0
    query = f"select max({NUMBER}) from ({select_rows(root, CENSUS, batches[-1:])})"
    with connect(reads=root) as connection:
        row = connection.execute(query).fetchone()
    return int(row[0] or 0) if row else 0


def _batches(root: Path, store: str) -> list[Batch]:
    return list(committed_batches(root, CENSUS, source=store))
