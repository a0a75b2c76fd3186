"""The storefront's Admin API: pages of streams, records by id, and single writes."""

import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import httpx
import msgspec

from orchestration.extract.errors import (
    RepeatError,
    SplitError,
    StopError,
    TooSlowError,
    UnreadableAnswerError,
)
from orchestration.extract.http import Clock, RepeatRule
from orchestration.extract.shopify import envelope as reading
from orchestration.extract.shopify.endpoint import Endpoint
from orchestration.extract.shopify.envelope import Connection, Envelope
from orchestration.extract.shopify.overflow import NESTED, Page, complete
from orchestration.extract.streams import STREAMS, Stream, System, read_query

# A query may ask for 1,000 points; a store that holds one for dearer has its pages halved.
PAGE_SIZES = {
    "orders": 25,
    "balance_transactions": 100,
    "payouts": 100,
    "tender_transactions": 250,
    "locations": 100,
    "inventory_levels": 100,
    "returns": 20,
    "dispositions": 20,
    "refunds": 20,
}
SEARCHED = {
    "orders": "updated_at",
    "balance_transactions": "processed_at",
    "payouts": "issued_at",
    "tender_transactions": "processed_at",
    "inventory_levels": "updated_at",
}
# A connection ends at this many objects however many there are; then the window starts later.
DEEPEST = 25_000
HAS_NEXT = re.compile(rb'"hasNextPage"\s*:\s*true')


class ShopifyClient:
    """
    One store. The HTTP client brings its base URL and credential.

    Answers come as received, except those with a record longer than its first page: these come
    whole, in the same envelope. Errors are those of `extract.errors`; reads are repeated by the
    rule, writes never. `missing` counts, by stream, the ids that had no record.
    """

    def __init__(
        self,
        http: httpx.Client,
        *,
        api_version: str,
        source: str = "shopify",
        clock: Clock | None = None,
        rule: RepeatRule | None = None,
    ) -> None:
        self._endpoint = Endpoint(
            http,
            api_version=api_version,
            source=source,
            clock=clock or Clock(),
            rule=rule or RepeatRule(),
        )
        self._source = source
        self._sizes = dict(PAGE_SIZES)
        self.missing: Counter[str] = Counter()

    def pages(self, stream: Stream, *, since: datetime | None) -> Iterator[bytes]:
        """Yield every page of a stream of records changed at or after `since`."""
        if stream.name != "inventory_levels":
            yield from self._connection(stream, since=since, variables={})
            return
        for location_id in self._location_ids():
            yield from self._connection(stream, since=since, variables={"locationId": location_id})

    def records_by_id(self, stream: Stream, ids: Sequence[str]) -> Iterator[bytes]:
        """Yield the records of these ids, in chunks; an id without a record is a null node."""
        start = 0
        while start < len(ids):
            body, envelope, size = self._sized(
                stream,
                lambda size: {"ids": list(ids[start : start + size])},  # noqa: B023
            )
            chunk = ids[start : start + size]
            nodes = self._nodes(envelope, expected=len(chunk))
            self.missing[stream.name] += sum(bytes(node) == b"null" for node in nodes)
            start += len(chunk)
            yield self._whole(stream, body, continued=0)

    def execute(self, document: str, variables: Mapping[str, Any]) -> dict[str, Any]:
        """
        Send one document once and return its data; userErrors are the caller's to read.

        Raises RefusedError when nothing was done, OutcomeUnknownError when it may have been,
        RepeatError when it was never run.
        """
        return self._endpoint.write(document, variables)

    def _connection(
        self, stream: Stream, *, since: datetime | None, variables: Mapping[str, Any]
    ) -> Iterator[bytes]:
        if stream.name not in PAGE_SIZES or "$first" not in stream.query:
            raise ValueError(f"stream {stream.name} is read by id, not by page")
        window, after, depth = since, None, 0
        seen: set[str] = set()
        while True:
            asked = {**variables, **_searched(stream, since=window), "after": after}
            body, envelope, size = self._sized(stream, lambda size: {**asked, "first": size})  # noqa: B023
            page = self._page(envelope, stream)
            more = page.page_info.has_next_page
            yield self._whole(stream, body, continued=int(more))
            if not more:
                return
            after = page.page_info.end_cursor
            if after is None or after in seen:
                raise UnreadableAnswerError(
                    f"{self._source} repeats a page of {stream.name}: repeat later"
                )
            seen.add(after)
            depth += len(page.nodes)
            if depth + size > DEEPEST and stream.cursor and page.nodes:
                window, after, depth = self._later(stream, page, than=window), None, 0
                seen.clear()

    def _later(self, stream: Stream, page: Connection, *, than: datetime | None) -> datetime:
        """Return where a window too deep to page through starts anew: at its last record."""
        last = reading.decode(page.nodes[-1], type_=dict[str, msgspec.Raw], source=self._source)
        changed_at = reading.decode(last[str(stream.cursor)], type_=datetime, source=self._source)
        if than is not None and changed_at <= than:
            raise StopError(
                f"{self._source} has over {DEEPEST} {stream.name} changed in one second: read"
                " them with a bulk operation"
            )
        return changed_at

    def _page(self, envelope: Envelope, stream: Stream) -> Connection:
        """Return the page of an answer; a null on the way to it is an empty one."""
        path = stream.records[1:-1]
        value = reading.value_at(envelope.data, path, source=self._source)
        if value is None:
            return Connection(nodes=[], page_info=reading.PageInfo(has_next_page=False))
        return reading.decode(value, type_=Connection, source=self._source)

    def _nodes(self, envelope: Envelope, *, expected: int) -> list[msgspec.Raw]:
        value = reading.value_at(envelope.data, ("nodes",), source=self._source)
        nodes = reading.decode(
            value or msgspec.Raw(b"[]"), type_=list[msgspec.Raw], source=self._source
        )
        if len(nodes) != expected:
            raise UnreadableAnswerError(
                f"{self._source} answered {len(nodes)} records for {expected} ids: repeat later"
            )
        return nodes

    def _location_ids(self) -> list[str]:
        stream = STREAMS[System.SHOPIFY, "locations"]
        ids = []
        for body in self._connection(stream, since=None, variables={}):
            envelope = reading.read_envelope(body, source=self._source)
            for node in self._page(envelope, stream).nodes:
                location = reading.decode(node, type_=dict[str, msgspec.Raw], source=self._source)
                ids.append(reading.decode(location["id"], type_=str, source=self._source))
        return ids

    def _whole(self, stream: Stream, body: bytes, *, continued: int) -> bytes:
        """Return the answer with every record whole; most are, and come back untouched."""
        nested = NESTED.get(stream.name)
        if nested is None or len(HAS_NEXT.findall(body)) <= continued:
            return body
        answer = msgspec.json.decode(body)
        records = answer
        for name in stream.records:
            records = records[name]
        for record in records:
            if record:
                complete(record, nested, fetch=self._nested_page)
        return msgspec.json.encode(answer)

    def _nested_page(self, document: str, variables: Mapping[str, Any]) -> Page | None:
        text = read_query(System.SHOPIFY, f"{document}.graphql")
        _, envelope = self._endpoint.read(text, variables)
        value = reading.value_at(envelope.data, ("node", "connection"), source=self._source)
        return None if value is None else msgspec.json.decode(value)

    def _sized(
        self, stream: Stream, variables: Callable[[int], Mapping[str, Any]]
    ) -> tuple[bytes, Envelope, int]:
        """
        Ask with the largest page that the store does not hold for too costly.

        A query that was too slow once is asked again as it is, then for half as much.
        """
        slow = 0
        while True:
            size = self._sizes[stream.name]
            try:
                body, envelope = self._endpoint.read(stream.query, variables(size))
            except TooSlowError as error:
                slow += 1
                if slow > 1:
                    self._sizes[stream.name] = self._halved(stream, size, error)
            except SplitError as error:
                self._sizes[stream.name] = self._halved(stream, size, error)
            else:
                return body, envelope, size

    def _halved(self, stream: Stream, size: int, error: SplitError) -> int:
        if size > 1:
            return size // 2
        if isinstance(error, TooSlowError):
            raise RepeatError(
                f"{self._source} is too slow for one record of {stream.name}: repeat later"
            ) from error
        raise StopError(
            f"{self._source} holds one record of {stream.name} for too costly: ask for fewer"
            " nested records in its query document"
        ) from error


def _searched(stream: Stream, *, since: datetime | None) -> dict[str, str]:
    name = SEARCHED.get(stream.name)
    if name is None:
        return {}
    if since is None:
        return {"query": ""}
    return {"query": f"{name}:>='{since.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}'"}
