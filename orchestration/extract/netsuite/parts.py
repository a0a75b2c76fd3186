"""What one walk through a stream asks for, and how it is cut into smaller ones."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Protocol

ISO = "%Y-%m-%dT%H:%M:%SZ"
# The index knows a date in the session's time zone, which may be any.
ZONES_APART = timedelta(days=1)


@dataclass(frozen=True)
class Query:
    """A query, or a piece of one, and the values of its question marks as text."""

    text: str
    parameters: tuple[str, ...] = ()


EVERYTHING = Query("1 = 1")


class Part(Protocol):
    """Some of a stream's rows. What moves while it is read is read here or by the next window."""

    @property
    def condition(self) -> Query:
        """The rows."""
        ...

    def rest(self, key: Sequence[str]) -> "Part":
        """Return what is left after the row with this key; that row's neighbours may return."""
        ...

    def cut(self, pieces: int, *, lowest: str, highest: str) -> "list[Part]":
        """Return at most so many parts that together are this one; one where it cannot be cut."""
        ...


@dataclass(frozen=True)
class Keys:
    """Rows by the first column of their key: above `low`, up to `high`; None is no bound."""

    column: str
    low: int | None = None
    high: int | None = None

    @property
    def condition(self) -> Query:
        """The rows between the bounds."""
        bounds = [(">", self.low), ("<=", self.high)]
        given = [(sign, str(bound)) for sign, bound in bounds if bound is not None]
        text = " AND ".join(f"{self.column} {sign} ?" for sign, _ in given)
        return Query(text, tuple(bound for _, bound in given)) if given else EVERYTHING

    def rest(self, key: Sequence[str]) -> "Keys":
        """Start at the row's first column: others may share its value."""
        return replace(self, low=int(key[0]) - 1) if _is_whole(key[0]) else self

    def cut(self, pieces: int, *, lowest: str, highest: str) -> "list[Part]":
        """Cut into ranges of equal width; keys of text cannot be cut."""
        if not (_is_whole(lowest) and _is_whole(highest)):
            return [self]
        first, last = int(lowest), int(highest)
        pieces = min(pieces, last - first + 1)
        middles = [first - 1 + (last - first + 1) * n // pieces for n in range(1, pieces)]
        edges = [self.low, *middles, self.high]
        return [replace(self, low=low, high=high) for low, high in pairwise(edges)]


@dataclass(frozen=True)
class Window:
    """Rows whose change is at or after `since` and before `until`; without it, without end."""

    column: str
    since: datetime
    until: datetime | None = None

    @property
    def condition(self) -> Query:
        """The exact bounds in UTC, and before them wider ones that an index answers."""
        since = _bound(self.column, ">=", self.since, wider_by=-ZONES_APART)
        if self.until is None:
            return since
        until = _bound(self.column, "<", self.until, wider_by=ZONES_APART)
        return Query(f"{since.text} AND {until.text}", since.parameters + until.parameters)

    def rest(self, key: Sequence[str]) -> "Window":
        """Start at the row's own second: others may share it."""
        return replace(self, since=_moment(key[0]))

    def cut(self, pieces: int, *, lowest: str, highest: str) -> "list[Part]":
        """Cut into times of equal length, down to a second; what has no rows needs no cut."""
        if not (lowest and highest):
            return [self]
        first, last = _moment(lowest), _moment(highest)
        seconds = int((last - first).total_seconds())
        pieces = max(min(pieces, seconds), 1)
        middles = [first + timedelta(seconds=seconds * n // pieces) for n in range(1, pieces)]
        edges = [self.since, *middles, self.until]
        return [
            replace(self, since=since or self.since, until=until)
            for since, until in pairwise(edges)
        ]


@dataclass(frozen=True)
class Documents:
    """Rows of these documents: a query takes at most a thousand arguments."""

    column: str
    ids: tuple[int, ...]

    @property
    def condition(self) -> Query:
        """The rows of all of them."""
        marks = ", ".join("?" * len(self.ids))
        return Query(f"{self.column} IN ({marks})", tuple(map(str, self.ids)))

    def rest(self, key: Sequence[str]) -> "Documents":
        """Start at the row's document."""
        return replace(self, ids=tuple(one for one in self.ids if one >= int(key[0])))

    def cut(self, pieces: int, *, lowest: str, highest: str) -> "list[Part]":  # noqa: ARG002
        """Cut the list."""
        size = max(-(-len(self.ids) // pieces), 1)
        return [
            replace(self, ids=self.ids[start : start + size])
            for start in range(0, len(self.ids), size)
        ]


def _bound(column: str, sign: str, moment: datetime, *, wider_by: timedelta) -> Query:
    exact = moment.astimezone(UTC)
    return Query(
        f"{column} {sign} TO_DATE(?, 'YYYY-MM-DD HH24:MI:SS') AND SYS_EXTRACT_UTC({column})"
        f""" {sign} TO_TIMESTAMP(?, 'YYYY-MM-DD"T"HH24:MI:SS"Z"')""",
        (f"{exact + wider_by:%Y-%m-%d %H:%M:%S}", f"{exact:{ISO}}"),
    )


def _moment(text: str) -> datetime:
    return datetime.strptime(text, ISO).replace(tzinfo=UTC)


def _is_whole(text: str) -> bool:
    return text.removeprefix("-").isdigit()
