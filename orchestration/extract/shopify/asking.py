"""One request of a stream: as large as the store allows, and every record in its answer whole."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import msgspec

from orchestration.extract.errors import (
    RepeatError,
    SplitError,
    StopError,
    TooSlowError,
    UnreadableAnswerError,
)
from orchestration.extract.shopify import envelope as reading
from orchestration.extract.shopify.endpoint import Endpoint
from orchestration.extract.shopify.envelope import Connection, Envelope
from orchestration.extract.shopify.overflow import (
    HAS_NEXT,
    NESTED,
    PAGE_SIZE,
    SMALLER_PAGES,
    Page,
    complete,
)
from orchestration.extract.streams import Stream, System, read_query


def within_data(stream: Stream) -> tuple[str, ...]:
    """Return the path of a stream's records within the data of an answer."""
    return stream.records[1:]


class Asking:
    """Asks an endpoint for a stream's records, with pages of the sizes that it is given."""

    def __init__(self, endpoint: Endpoint, *, source: str, sizes: Mapping[str, int]) -> None:
        self.source = source
        self._endpoint = endpoint
        self._sizes = dict(sizes)

    def size(self, stream: Stream) -> int:
        """Return how many records of a stream are asked for at once."""
        return self._sizes[stream.document or stream.name]

    def sized(
        self,
        stream: Stream,
        variables: Callable[[int], Mapping[str, Any]],
        *,
        records: Sequence[str],
    ) -> tuple[bytes, Envelope, int]:
        """
        Ask with the largest page that the store does not hold for too costly.

        `records` is where they are to be found among the data. A query that was too slow once is
        asked again as it is, then for half as much.
        """
        document = stream.document or stream.name
        return self._fitting(document, stream.query, variables, what=stream.name, records=records)

    def page(self, envelope: Envelope, stream: Stream) -> Connection:
        """Return the page of an answer; a null on the way to it is an empty one."""
        page = envelope.page
        if page is None:
            return Connection(nodes=[], page_info=reading.PageInfo(has_next_page=False))
        if page.nodes is None or page.page_info is None:
            raise reading.of_another_shape("a page lacks a part", source=self.source)
        if any(bytes(node) == b"null" for node in page.nodes):
            raise UnreadableAnswerError(
                f"{self.source} sent a page of {stream.name} with nothing in place of a record:"
                " repeat later"
            )
        return Connection(page.nodes, page.page_info)

    def whole(self, stream: Stream, body: bytes, *, continued: int) -> bytes:
        """Return the answer with every record whole; most are, and come back untouched."""
        nested = NESTED.get(stream.name)
        if nested is None or len(HAS_NEXT.findall(body)) <= continued:
            return body
        answer = reading.decode_whole(body, source=self.source)
        records: Any = answer
        for name in stream.records:
            records = records[name]
        try:
            for record in records:
                if record:
                    complete(record, nested, fetch=self._nested_page)
        except (KeyError, TypeError) as error:
            raise UnreadableAnswerError(
                f"{self.source} answered with {stream.name} of another shape than asked for"
                f" ({error}): repeat, and check the API version if it persists"
            ) from error
        return msgspec.json.encode(answer)

    def _nested_page(self, document: str, variables: Mapping[str, Any]) -> Page | None:
        text = read_query(System.SHOPIFY, f"{document}.graphql")
        self._sizes.setdefault(document, SMALLER_PAGES.get(document, PAGE_SIZE))
        _, envelope, _ = self._fitting(
            document, text, lambda size: {**variables, "first": size}, what=document
        )
        value = reading.value_at(envelope.data, ("node", "connection"), source=self.source)
        return None if value is None else reading.decode_whole(value, source=self.source)

    def _fitting(
        self,
        document: str,
        text: str,
        variables: Callable[[int], Mapping[str, Any]],
        *,
        what: str,
        records: Sequence[str] = (),
    ) -> tuple[bytes, Envelope, int]:
        slow = 0
        while True:
            size = self._sizes[document]
            try:
                asked = variables(size)
                body, envelope = self._endpoint.read(text, asked, records=records, can_shrink=True)
            except TooSlowError as error:
                slow += 1
                if slow > 1:
                    self._sizes[document] = self._halved(what, size, error)
            except SplitError as error:
                self._sizes[document] = self._halved(what, size, error)
            else:
                return body, envelope, size

    def _halved(self, what: str, size: int, error: SplitError) -> int:
        if size > 1:
            return size // 2
        if isinstance(error, TooSlowError):
            raise RepeatError(
                f"{self.source} is too slow for one record of {what}: repeat later"
            ) from error
        raise StopError(
            f"{self.source} holds one record of {what} for too costly: ask for fewer"
            " nested records in its query document"
        ) from error
