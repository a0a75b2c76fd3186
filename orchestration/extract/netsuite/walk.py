"""Walking through parts of one stream by keyset, several at once; what is too large is cut."""

import threading
from collections.abc import Iterator, Sequence

from orchestration.extract.errors import (
    SourceError,
    SplitError,
    StopError,
    TimedOutError,
    UnreadableAnswerError,
)
from orchestration.extract.netsuite.endpoint import Endpoint, Measure, Page, measure_of
from orchestration.extract.netsuite.envelope import SOURCE
from orchestration.extract.netsuite.parts import Documents, Part
from orchestration.extract.netsuite.suiteql import Fields, measure_query, order_of, page_query
from orchestration.extract.parallel import Job, in_flight
from orchestration.extract.progress import Meter
from orchestration.extract.streams import Stream

TOO_MUCH = (SplitError, TimedOutError)
# The values of a row in the columns of its order.
Key = tuple[str, ...]


class Walk:
    """One reading of a stream; `rows` is how many have come so far."""

    def __init__(
        self, endpoint: Endpoint, stream: Stream, *, fields: Fields, width: int, meter: Meter
    ) -> None:
        self.rows = 0
        self._endpoint = endpoint
        self._stream = stream
        self._fields = fields
        self._width = width
        self._meter = meter
        self._lock = threading.Lock()

    def through(self, parts: Sequence[Part], *, after: Key = ()) -> Iterator[bytes]:
        """Yield the pages of all parts, in no promised order, from the row after this key on."""
        return in_flight(self._jobs(parts, after=after), width=self._width)

    def page(self, part: Part, *, after: Key = ()) -> Page:
        """Return the first page of a part after the row with this key."""
        names = [key.name for key in order_of(self._stream, part)]
        query = page_query(self._stream, self._fields, part=part, after=after)
        return self._endpoint.page(query, key=names)

    def measured(self, part: Part, *, after: Key = ()) -> Measure:
        """Return how much there is of a part after the row with this key."""
        query = measure_query(self._stream, self._fields, part=part, after=after)
        return measure_of(self._endpoint.ask(query)[1])

    def _jobs(self, parts: Sequence[Part], *, after: Key) -> list[Job]:
        """The first part alone holds the row that was read last."""
        return [self._job(part, after if part is parts[0] else ()) for part in parts]

    def _job(self, part: Part, after: Key) -> Job:
        """Return the walk through a part; where the account gives up, its rest goes on in two."""

        def walk() -> Iterator[bytes | Job]:
            last = after
            try:
                for page in self._pages(part, after):
                    self._count(page, part)
                    yield page.body
                    last = page.last_key or last
            except TOO_MUCH as error:
                rest = part.rest(last) if last else part
                yield from self._jobs(self._smaller(rest, last, error), after=last)

        return walk

    def _pages(self, part: Part, after: Key) -> Iterator[Page]:
        """Yield the pages of a part, each the first one after the last row."""
        seen = {after}
        while True:
            page = self.page(part, after=after)
            yield page
            if page.is_last:
                return
            after = page.last_key
            if after in seen:
                raise UnreadableAnswerError(
                    f"{SOURCE} repeats a page of {self._stream.name}: repeat later"
                )
            seen.add(after)

    def _smaller(self, part: Part, after: Key, error: SourceError) -> list[Part]:
        """Return a part in two; one that cannot be cut is for a person, or for another time."""
        is_list = isinstance(part, Documents)
        measured = Measure() if is_list else self.measured(part, after=after)
        pieces = part.cut(2, lowest=measured.lowest, highest=measured.highest)
        if len(pieces) > 1:
            return pieces
        if isinstance(error, SplitError):
            raise StopError(
                f"{SOURCE} cannot answer even the least part of {self._stream.name} ({error}):"
                " ask its administrator to look at the query's cost or the account's limits"
            ) from error
        raise error

    def _count(self, page: Page, part: Part) -> None:
        with self._lock:
            self.rows += page.rows
        if not isinstance(part, Documents):
            self._meter.add(page.rows)
        elif page.is_last:
            self._meter.add(len(part.ids))
