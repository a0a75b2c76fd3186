"""The storefront's search syntax, as far as the extraction uses it, and cursor paging."""

import base64
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from typing import Any

from graphql import GraphQLError

Record = dict[str, Any]

MAX_PAGE = 250
TERM = re.compile(r"""(-?)(\w+):(>=|<=|>|<)?(?:'([^']*)'|"([^"]*)"|(\S+))""")
DATE_FIELDS = {
    "updated_at": "updatedAt",
    "created_at": "createdAt",
    "processed_at": "processedAt",
}
COMPARISONS: dict[str, Callable[[datetime, datetime], bool]] = {
    ">=": lambda left, right: left >= right,
    "<=": lambda left, right: left <= right,
    ">": lambda left, right: left > right,
    "<": lambda left, right: left < right,
    "": lambda left, right: left == right,
}


@dataclass(frozen=True)
class Term:
    """One condition of a search."""

    name: str
    comparison: str
    value: str
    is_negated: bool

    def holds(self, record: Record, *, date_fields: dict[str, str]) -> bool:
        """Whether a record meets the condition; a name it does not know is ignored."""
        return self._matches(record, date_fields) is not self.is_negated

    @cached_property
    def moment(self) -> datetime:
        """The time that the condition names."""
        return moment(self.value)

    def _matches(self, record: Record, date_fields: dict[str, str]) -> bool:
        if self.name in date_fields:
            found = record.get(date_fields[self.name])
            return found is not None and COMPARISONS[self.comparison](moment(found), self.moment)
        if self.name == "id":
            return str(record["id"]).rpartition("/")[2] == self.value.rpartition("/")[2]
        if self.name == "name":
            return str(record.get("name", "")).lstrip("#") == self.value.lstrip("#")
        return not self.is_negated


def parse(query: str | None) -> list[Term]:
    """Return the conditions of a search text; all of them must hold."""
    return [
        Term(match[2], match[3] or "", match[4] or match[5] or match[6] or "", bool(match[1]))
        for match in TERM.finditer(query or "")
    ]


def search(
    records: Sequence[Record], query: str | None, *, date_fields: dict[str, str] | None = None
) -> list[Record]:
    """Return the records that meet a search text."""
    terms = parse(query)
    fields = date_fields or DATE_FIELDS
    return [r for r in records if all(term.holds(r, date_fields=fields) for term in terms)]


def moment(value: str) -> datetime:
    """Return a time of the wire; without a zone it is UTC."""
    try:
        parsed = datetime.fromisoformat(value)
    except ValueError as error:
        raise GraphQLError(f"Invalid date in search query: {value}") from error
    return parsed if parsed.tzinfo else parsed.replace(tzinfo=UTC)


def page(records: Sequence[Any], arguments: Record) -> Record:
    """Return one page of a connection; the cursor names the position of its last record."""
    first, last = arguments.get("first"), arguments.get("last")
    size = first if first is not None else last
    if size is None:
        raise _bad("you must provide one of first or last")
    if not 0 <= size <= MAX_PAGE:
        raise _bad(f"the page size must be between 0 and {MAX_PAGE}, {size} was given")
    ordered = list(reversed(records)) if arguments.get("reverse") else list(records)
    start, end = _bounds(ordered, arguments, size=size, is_last=first is None)
    chosen = ordered[start:end]
    cursors = [_cursor(record) for record in chosen]
    return {
        "nodes": chosen,
        "edges": [
            {"cursor": cursor, "node": node} for cursor, node in zip(cursors, chosen, strict=True)
        ],
        "pageInfo": {
            "hasNextPage": end < len(ordered),
            "hasPreviousPage": start > 0,
            "startCursor": cursors[0] if cursors else None,
            "endCursor": cursors[-1] if cursors else None,
        },
    }


def _bounds(
    ordered: Sequence[Any], arguments: Record, *, size: int, is_last: bool
) -> tuple[int, int]:
    low, high = 0, len(ordered)
    if arguments.get("after") is not None:
        low = _position(ordered, arguments["after"]) + 1
    if arguments.get("before") is not None:
        high = _position(ordered, arguments["before"])
    return (max(low, high - size), high) if is_last else (low, min(high, low + size))


def _position(ordered: Sequence[Any], cursor: str) -> int:
    try:
        wanted = base64.urlsafe_b64decode(cursor.encode()).decode()
    except ValueError:
        wanted = ""
    for place, record in enumerate(ordered):
        if wanted and _name(record) == wanted:
            return place
    raise _bad("Invalid cursor for current pagination sort.")


def _cursor(record: Any) -> str:
    return base64.urlsafe_b64encode(_name(record).encode()).decode()


def _name(record: Any) -> str:
    return str(record.get("$ref") or record.get("id") or "")


def _bad(message: str) -> GraphQLError:
    return GraphQLError(message, extensions={"code": "BAD_REQUEST"})
