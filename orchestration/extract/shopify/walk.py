"""A walk along a connection, page after page; where there are many, several walks at once."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import msgspec

from orchestration.extract.errors import StopError, UnreadableAnswerError
from orchestration.extract.parallel import Job, in_flight
from orchestration.extract.progress import Meter
from orchestration.extract.shopify import envelope as reading
from orchestration.extract.shopify.asking import Asking, within_data
from orchestration.extract.shopify.envelope import Connection
from orchestration.extract.shopify.windows import SECOND, Window, whole_second
from orchestration.extract.streams import Stream

# A connection ends at this many objects however many there are; then the window starts later, or
# is cut in two.
DEEPEST = 25_000
# A window that is not through after so many pages is split: another walk takes a half.
PAGES_A_TURN = 8
# What changes later than this after the newest change known when a reading began is for the next
# one, which goes back twice as far: a record may change in the second a walk stands in, behind it.
LONGEST_TAIL = timedelta(minutes=30)


@dataclass
class Walk:
    """
    One walk through one window of a stream, oldest change first where its query can be sorted.

    `search_field` is what the window narrows; None for a stream that is read whole.
    `last_change` is that of the last record yielded, `met` counts the records, and `is_done` says
    that there are no more. No page is larger than `most`.
    """

    asking: Asking
    stream: Stream
    meter: Meter
    search_field: str | None = None
    window: Window = field(default_factory=lambda: Window(None))
    variables: Mapping[str, Any] = field(default_factory=dict)
    last_change: datetime | None = None
    is_done: bool = False
    met: int = 0
    most: int | None = None

    def pages(self) -> Iterator[bytes]:
        """Yield the pages from where the walk stands to the end of its window."""
        after, depth = None, 0
        seen: set[str] = set()
        changes: list[datetime] = []
        while not self.is_done:
            body, page, size = self._page(after)
            info = page.page_info
            self.is_done = not info.has_next_page
            self.last_change = self._changed_last(page)
            changes += self._changes_in_no_order(page)
            self.met += len(page.nodes)
            self.meter.add(len(page.nodes))
            yield self.asking.whole(self.stream, body, continued=int(info.has_next_page))
            if self.is_done:
                return
            after = info.end_cursor
            if after is None or after in seen:
                raise UnreadableAnswerError(
                    f"{self.asking.source} repeats a page of {self.stream.name}: repeat later"
                )
            seen.add(after)
            depth += len(page.nodes)
            if depth + size > DEEPEST and self.search_field and page.nodes:
                if self.stream.is_unordered:
                    for half in self._halves(changes):
                        yield from _again(self, half).pages()
                    return
                self.window = self._later()
                after, depth = None, 0
                seen.clear()

    def _page(self, after: str | None) -> tuple[bytes, Connection, int]:
        asked = {**self.variables, "after": after}
        if self.search_field:
            asked["query"] = self.window.search(self.search_field)
        body, envelope, size = self.asking.sized(
            self.stream,
            lambda size: {**asked, "first": min(size, self.most or size)},
            records=within_data(self.stream),
        )
        return body, self.asking.page(envelope, self.stream), size

    def _changes_in_no_order(self, page: Connection) -> list[datetime]:
        if not (self.stream.is_unordered and self.search_field):
            return []
        found = (changed_at(node, self.stream) for node in page.nodes)
        return [at for at in found if at is not None]

    def _changed_last(self, page: Connection) -> datetime | None:
        if not (page.nodes and self.search_field and self.stream.cursor):
            return None
        return changed_at(page.nodes[-1], self.stream)

    def _later(self) -> Window:
        """Return the rest of a window that is too deep to page through, from its last record."""
        start = self.window.start
        if self.last_change is None or (start and whole_second(self.last_change) <= start):
            raise self._too_deep("let the first reading use a bulk operation")
        return Window(whole_second(self.last_change), self.window.end)

    def _halves(self, changes: list[datetime]) -> tuple[Window, Window]:
        """
        Return both parts of a window that is too deep to page through, cut where half had changed.

        What changes meanwhile leaves the first for the second, which is walked after it.
        """
        start, end = self.window.start, self.window.end
        remedy = "tell the maintainers: no search reaches the others"
        if not changes:
            raise self._too_deep(remedy)
        middle = whole_second(sorted(changes)[len(changes) // 2])
        middle = max(middle, start + SECOND) if start else middle
        if end and middle >= end:
            raise self._too_deep(remedy)
        return Window(start, middle), Window(middle, end)

    def _too_deep(self, remedy: str) -> StopError:
        return StopError(
            f"{self.asking.source} has over {DEEPEST} {self.stream.name} changed in one second:"
            f" {remedy}"
        )

    def rest(self) -> Window | None:
        """Return what is left of a closed window where it is worth splitting."""
        if self.is_done or self.last_change is None or self.window.end is None:
            return None
        rest = Window(whole_second(self.last_change), self.window.end)
        is_short = self.window.end - whole_second(self.last_change) <= SECOND
        return None if is_short or rest == self.window else rest


def changed_at(record: msgspec.Raw, stream: Stream) -> datetime | None:
    """Return a record's change, the value of its stream's cursor; None for one that lacks it."""
    try:
        members = msgspec.json.decode(record, type=dict[str, msgspec.Raw])
        at = msgspec.json.decode(members.get(str(stream.cursor), reading.NULL), type=datetime)
    except msgspec.MsgspecError:
        return None
    return at if at.tzinfo else at.replace(tzinfo=UTC)


def walk_windows(like: Walk, *, begun: datetime, newest: datetime, width: int) -> Iterator[bytes]:
    """
    Yield the pages of what changed since `begun`, up to `width` windows at a time.

    Up to the newest change known before, windows are walked side by side; then the tail, alone:
    a record that changes meanwhile leaves its window and is met there, or by the next reading: the
    tail ends, so that what changed behind it is within that one's overlap.
    """
    start, tail = whole_second(begun), whole_second(newest)
    if start < tail:
        windows = Window(start, tail).split(width)
        yield from in_flight([_turn(like, window) for window in windows], width=width)
    start = max(start, tail)
    yield from _again(like, Window(start, start + LONGEST_TAIL)).pages()


def _turn(like: Walk, window: Window) -> Job:
    """Return the job that walks a window, and leaves the rest of a long one to other jobs."""

    def job() -> Iterator[bytes | Job]:
        walk = _again(like, window)
        for number, page in enumerate(walk.pages(), start=1):
            yield page
            rest = walk.rest() if number == PAGES_A_TURN else None
            if rest is not None:
                yield from (_turn(like, half) for half in rest.split(2))
                return

    return job


def _again(like: Walk, window: Window) -> Walk:
    copied = partial(Walk, like.asking, like.stream, like.meter, like.search_field)
    return copied(window, like.variables)
