"""The storefront's search syntax, as far as the extraction uses it."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from typing import Any

from graphql import GraphQLError

Record = dict[str, Any]

TERM = re.compile(r"""(-?)(\w+):(>=|<=|>|<)?(?:'([^']*)'|"([^"]*)"|(\S+))""")
DATE_FIELDS = {
    "updated_at": "updatedAt",
    "created_at": "createdAt",
    "processed_at": "processedAt",
}
COMPARISONS: dict[str, Callable[[Any, Any], bool]] = {
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
            return COMPARISONS[self.comparison](number(record["id"]), number(self.value))
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


def number(value: str) -> int:
    """Return the number of an id, whether it stands alone or in a global id."""
    digits = str(value).rpartition("/")[2]
    if not digits.isdigit():
        raise GraphQLError(f"Invalid id in search query: {value}")
    return int(digits)


def moment(value: str) -> datetime:
    """Return a time of the wire; without a zone it is UTC."""
    try:
        parsed = datetime.fromisoformat(value)
    except ValueError as error:
        raise GraphQLError(f"Invalid date in search query: {value}") from error
    return parsed if parsed.tzinfo else parsed.replace(tzinfo=UTC)
