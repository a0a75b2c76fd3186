"""What no search finds is read by id: what a slow sweep misses, and what hints name."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import msgspec

from orchestration.extract.streams import STREAMS, Stream, System
from orchestration.landing import Batch, rejected_ids
from orchestration.landing.census import (
    CENSUS,
    DELETED,
    census_start,
    orders_not_met,
    orders_that_differ,
)
from orchestration.landing.exports import Exporter
from orchestration.landing.hints import Hints

if TYPE_CHECKING:
    from collections.abc import Iterable

    from orchestration.assets.landing import Landing

ORDERS = STREAMS[System.SHOPIFY, "orders"]
RETURNS = STREAMS[System.SHOPIFY, "returns"]
ORDERS_BY_ID = ORDERS.read_by_id("orders_by_id")


class Sweeper(Exporter, Protocol):
    """A source whose orders are walked in the order of their ids, a slice a run."""

    sweep_orders: int

    def slice(self, stream: Stream, *, after: int, records: int) -> "Iterable[bytes]":
        """Yield pages of about so many records after an id's number."""
        ...

    def there(self, stream: Stream, ids: Sequence[str]) -> set[str]:
        """Return which ids still have a record."""
        ...


def land_census(landing: "Landing", client: Sweeper, *, store: str, home: Path) -> list[Batch]:
    """
    Land the next slice of all orders, then the orders that landed otherwise and those hinted at.

    A sweep over all orders takes days; it finds what neither the search nor the reading of open
    returns found. Hints are forgotten only once what they name has landed. What does not fit of
    an order that was read so is read so again, until it does.
    """
    start = census_start(landing.root, store, records=client.sweep_orders)
    pages = client.slice(CENSUS, after=start, records=client.sweep_orders)
    batches = [landing.land(CENSUS, pages, source=store, since=None)]
    hints = Hints.of(home)
    waiting = hints.waiting(store)
    hinted = _of_kind(waiting.ids, "Order")
    rejected = rejected_ids(landing.root, ORDERS, store)
    orders = sorted({*orders_that_differ(landing.root, store), *hinted, *rejected})
    for stream, ids in ((ORDERS_BY_ID, orders), (RETURNS, _of_kind(waiting.ids, "Return"))):
        if ids:
            answers = client.records_by_id(stream, ids)
            batches.append(
                landing.land(stream, answers, source=store, since=None, is_partial=True)
            )
    hints.done(store, waiting)
    return batches


def land_deletions(landing: "Landing", client: Sweeper, *, store: str) -> list[Batch]:
    """Land the ids of orders that the sweep did not meet again and that have no record now."""
    missed = orders_not_met(landing.root, store, records=client.sweep_orders)
    there = client.there(DELETED, missed) if missed else set()
    gone = [{"id": order_id} for order_id in missed if order_id not in there]
    answers = [msgspec.json.encode({"deleted": gone})]
    return [landing.land(DELETED, answers, source=store, since=None)]


def _of_kind(ids: Sequence[str], kind: str) -> list[str]:
    return [record_id for record_id in ids if record_id.startswith(f"gid://shopify/{kind}/")]
