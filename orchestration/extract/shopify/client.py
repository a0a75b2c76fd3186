"""The storefront's Admin API: pages of streams, records by id, and single writes."""

import threading
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

import httpx
import msgspec

from orchestration.extract.errors import UnreadableAnswerError
from orchestration.extract.http import Clock, RepeatRule
from orchestration.extract.parallel import in_flight
from orchestration.extract.progress import Meter, Tell, silent
from orchestration.extract.shopify import envelope as reading
from orchestration.extract.shopify.asking import Asking, within_data
from orchestration.extract.shopify.bulk import BulkSource
from orchestration.extract.shopify.endpoint import Endpoint
from orchestration.extract.shopify.envelope import Envelope
from orchestration.extract.shopify.walk import Walk, changed_at, walk_windows
from orchestration.extract.shopify.windows import Window
from orchestration.extract.streams import STREAMS, Stream, System, read_query

# A query may ask for 1,000 points; a store that holds one for dearer has its pages halved.
PAGE_SIZES = {
    "orders": 25,
    "orders_by_id": 25,
    "order_census": 250,
    "deleted_orders": 250,
    "beside_bulk_orders": 100,
    "balance_transactions": 100,
    "payouts": 100,
    "tender_transactions": 250,
    "locations": 100,
    "inventory_levels": 100,
    "returns": 20,
    "dispositions": 10,
    "refunds": 20,
    "bank_references": 100,
    "sales_agreements": 10,
    "customers": 100,
}
SEARCHED = {
    "orders": "updated_at",
    "balance_transactions": "processed_at",
    "payouts": "issued_at",
    "tender_transactions": "processed_at",
    "inventory_levels": "updated_at",
}
# Sorted by what they are searched for: their windows can be walked side by side.
WINDOWED = frozenset({"orders", "balance_transactions"})
# How many chunks of ids one job takes.
CHUNKS_A_JOB = 4
ORDERS_COUNT = "orders_count.graphql"
# Where records that are read by id stand among the data.
BY_ID = ("nodes",)


class ShopifyClient:
    """
    One store. The HTTP client brings its base URL and credential.

    Answers come as received, except those with a record longer than its first page: these come
    whole, in the same envelope. Errors are those of `extract.errors`; reads are repeated by the
    rule, writes never. A first reading of at least `bulk_from` records is better exported; the
    file comes through `files`, a client without the credential. Up to `width` requests are in
    flight, as far as the store's bucket allows; answers then come in no order. `missing` counts,
    by stream, the ids that had no record. `sweep_orders` is how many orders a sweep takes at once.
    """

    def __init__(
        self,
        http: httpx.Client,
        *,
        api_version: str,
        source: str = "shopify",
        clock: Clock | None = None,
        rule: RepeatRule | None = None,
        files: httpx.Client | None = None,
        bulk_from: int | None = None,
        sweep_orders: int = 5000,
        width: int = 1,
        sizes: Mapping[str, int] = PAGE_SIZES,
        tell: Tell = silent,
    ) -> None:
        self._clock = clock or Clock()
        rule = rule or RepeatRule()
        self._endpoint = Endpoint(
            http, api_version=api_version, source=source, clock=self._clock, rule=rule
        )
        self._bulk = (
            None if files is None else BulkSource(self._endpoint, files, source, self._clock, rule)
        )
        self._bulk_from = bulk_from
        self.sweep_orders = sweep_orders
        self._asking = Asking(self._endpoint, source=source, sizes=sizes)
        self._source = source
        self._width = width
        self._tell = tell
        self._counting = threading.Lock()
        self.missing: Counter[str] = Counter()

    def pages(self, stream: Stream, *, since: datetime | None) -> Iterator[bytes]:
        """Yield every page of a stream of records changed at or after `since`."""
        if stream.name not in PAGE_SIZES or "$first" not in stream.query:
            raise ValueError(f"stream {stream.name} is read by id, not by page")
        if stream.name == "inventory_levels":
            yield from self._of_every_location(stream, since=since)
            return
        walk = self._walk(stream, since=since)
        pages = walk.pages()
        yield next(pages)
        if walk.is_done:
            return
        if stream.name not in WINDOWED or walk.last_change is None:
            yield from pages
            return
        walk.meter.expect(self._count(stream, since=since))
        newest = self._newest(stream, since=since)
        if newest is None:
            yield from pages
            return
        begun = walk.last_change
        yield from walk_windows(walk, begun=begun, newest=newest, width=self._width)

    def records_by_id(self, stream: Stream, ids: Sequence[str]) -> Iterator[bytes]:
        """Yield the records of these ids, in chunks; an id without a record is a null node."""
        meter = self._meter(stream, expected=len(ids))
        step = self._asking.size(stream) * CHUNKS_A_JOB
        parts = [ids[start : start + step] for start in range(0, len(ids), step)]
        jobs = [partial(self._of_ids, stream, part, meter=meter) for part in parts]
        yield from in_flight(jobs, width=min(self._width, len(jobs)) or 1)

    def slice(self, stream: Stream, *, after: int, records: int) -> Iterator[bytes]:
        """Yield pages of about so many records, by their ids, after an id's number."""
        walk = self._walk(stream, since=None, query=f"id:>={after + 1}")
        walk.most = records
        for page in walk.pages():
            yield page
            if walk.met >= records:
                return

    def there(self, stream: Stream, ids: Sequence[str]) -> set[str]:
        """Return which of these ids still have a record."""
        found: set[str] = set()
        for body in self.records_by_id(stream, ids):
            for node in self._nodes(self._read(body, BY_ID)):
                if bytes(node) != b"null":
                    record = reading.decode(node, type_=reading.Named, source=self._source)
                    found.add(record.id)
        return found

    def prefers_export(self, stream: Stream) -> bool:
        """Whether a first reading of a stream is better run by the storefront itself."""
        if stream.bulk is None or self._bulk is None or self._bulk_from is None:
            return False
        count = self._count(stream, since=None)
        return count is not None and count >= self._bulk_from

    def export(self, stream: Stream, target: Path) -> datetime:
        """
        Write every object of a stream to a file, one a line, as a bulk operation gives them.

        Returns when the store began: whatever changed later may be missing. What the stream
        declares as `beside` is not among it.
        """
        if stream.bulk is None or self._bulk is None:
            raise ValueError(f"stream {stream.name} has no bulk operation")
        text = read_query(System.SHOPIFY, f"{stream.bulk.document}.graphql")
        lines = [line for line in text.splitlines() if not line.startswith("#")]
        meter = self._meter(stream, expected=self._count(stream, since=None))
        return self._bulk.fetch("\n".join(lines), target, meter=meter)

    def ask(self, document: str, variables: Mapping[str, Any]) -> dict[str, Any]:
        """Return the data of a query's answer; repeated by the rule."""
        _, envelope = self._endpoint.read(document, variables)
        return reading.decode(envelope.data, type_=dict[str, Any], source=self._source)

    def execute(self, document: str, variables: Mapping[str, Any]) -> dict[str, Any]:
        """
        Send one document once and return its data; userErrors are the caller's to read.

        Raises RefusedError when nothing was done, OutcomeUnknownError when it may have been,
        RepeatError when it was never run.
        """
        return self._endpoint.write(document, variables)

    def _walk(self, stream: Stream, *, since: datetime | None, **variables: str) -> Walk:
        return Walk(
            self._asking,
            stream,
            self._meter(stream),
            search_field=SEARCHED.get(stream.name),
            window=Window(since),
            variables=variables,
        )

    def _meter(self, stream: Stream, *, expected: int | None = None) -> Meter:
        what = f"{self._source} {stream.name.replace('_', ' ')}"
        return Meter(what, clock=self._clock, tell=self._tell, expected=expected)

    def _of_every_location(self, stream: Stream, *, since: datetime | None) -> Iterator[bytes]:
        walks = [
            self._walk(stream, since=since, locationId=location_id)
            for location_id in self._location_ids()
        ]
        yield from in_flight(
            [walk.pages for walk in walks], width=min(self._width, len(walks)) or 1
        )

    def _location_ids(self) -> list[str]:
        stream = STREAMS[System.SHOPIFY, "locations"]
        ids = []
        for body in self._walk(stream, since=None).pages():
            for node in self._asking.page(self._read(body, within_data(stream)), stream).nodes:
                location = reading.decode(node, type_=reading.Named, source=self._source)
                ids.append(location.id)
        return ids

    def _newest(self, stream: Stream, *, since: datetime | None) -> datetime | None:
        """Return the newest change that the store knows of, by its own clock."""
        search = Window(since).search(SEARCHED[stream.name])
        asked = {"first": 1, "after": None, "query": search, "reverse": True}
        _, envelope = self._endpoint.read(stream.query, asked, records=within_data(stream))
        page = self._asking.page(envelope, stream)
        return changed_at(page.nodes[0], stream) if page.nodes else None

    def _count(self, stream: Stream, *, since: datetime | None) -> int | None:
        """Return how many records a pull will meet, where the store can say it."""
        if stream.name != "orders":
            return None
        search = {"query": Window(since).search(SEARCHED[stream.name])}
        _, envelope = self._endpoint.read(read_query(System.SHOPIFY, ORDERS_COUNT), search)
        path = ("ordersCount", "count")
        value = reading.value_at(envelope.data, path, source=self._source)
        return None if value is None else reading.decode(value, type_=int, source=self._source)

    def _of_ids(self, stream: Stream, ids: Sequence[str], *, meter: Meter) -> Iterator[bytes]:
        start = 0
        while start < len(ids):
            body, envelope, size = self._asking.sized(
                stream,
                lambda size: {"ids": list(ids[start : start + size])},  # noqa: B023
                records=BY_ID,
            )
            chunk = ids[start : start + size]
            nodes = self._nodes(envelope)
            if len(nodes) != len(chunk):
                raise UnreadableAnswerError(
                    f"{self._source} answered {len(nodes)} records for {len(chunk)} ids: repeat"
                    " later"
                )
            with self._counting:
                self.missing[stream.name] += sum(bytes(node) == b"null" for node in nodes)
            meter.add(len(chunk))
            start += len(chunk)
            yield self._asking.whole(stream, body, continued=0)

    def _read(self, body: bytes, records: Sequence[str]) -> Envelope:
        return reading.read_envelope(body, source=self._source, records=records)

    def _nodes(self, envelope: Envelope) -> list[msgspec.Raw]:
        return (envelope.page.nodes if envelope.page else None) or []
