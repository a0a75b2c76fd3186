"""The storefront's search syntax, as far as the extraction uses it."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from typing import Any

from graphql import GraphQLError

Record = dict[str, Any]

TERM = re.compile(r"""(-|NOT )?(\w+):(>=|<=|>|<)?(?:'([^']*)'|"([^"]*)"|(\S+))""")
OR = re.compile(r"\sOR\s")
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


Holds = Callable[[Record, str], bool]


def _has_status(order: Record, value: str) -> bool:
    is_closed, is_cancelled = bool(order.get("closedAt")), bool(order.get("cancelledAt"))
    meets = {
        "open": not (is_closed or is_cancelled),
        "closed": is_closed and not is_cancelled,
        "cancelled": is_cancelled,
        "not_closed": not is_closed,
    }
    return meets.get(value, True)


# What records are searched by beside ids and times; the real storefront knows more names.
FLAGS: dict[str, Holds] = {
    "name": lambda record, value: str(record.get("name", "")).lstrip("#") == value.lstrip("#"),
    "return_status": lambda order, value: str(order.get("returnStatus", "")).lower() == value,
    "status": _has_status,
    "tag": lambda order, value: value in [tag.lower() for tag in order.get("tags") or []],
    "test": lambda record, value: str(bool(record.get("test"))).lower() == value,
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
        if not self.is_known(date_fields):
            return True
        return self._matches(record, date_fields) is not self.is_negated

    def is_known(self, date_fields: dict[str, str]) -> bool:
        """Whether the name is one that records are searched by."""
        return self.name == "id" or self.name in date_fields or self.name in FLAGS

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
        return FLAGS[self.name](record, self.value.lower())


@dataclass(frozen=True)
class Search:
    """A search text: alternatives, of one of which all conditions must hold."""

    text: str
    alternatives: Sequence[Sequence[Term]]
    date_fields: dict[str, str]

    def found(self, records: Sequence[Record]) -> list[Record]:
        """Return the records that meet it."""
        return [record for record in records if self._meets(record)]

    @property
    def warnings(self) -> list[Record]:
        """Return what was ignored of it, as an answer's extensions tell it."""
        return [
            {
                "field": term.name,
                "message": "Invalid search field for this query.",
                "code": "invalid_field",
            }
            for terms in self.alternatives
            for term in terms
            if not term.is_known(self.date_fields)
        ]

    def _meets(self, record: Record) -> bool:
        fields = self.date_fields
        return any(
            all(term.holds(record, date_fields=fields) for term in terms)
            for terms in self.alternatives
        )


def parse(query: str | None) -> list[Term]:
    """Return the conditions of a search text without alternatives."""
    return [
        Term(match[2], match[3] or "", match[4] or match[5] or match[6] or "", bool(match[1]))
        for match in TERM.finditer(query or "")
    ]


def search_for(query: str | None, *, date_fields: dict[str, str] | None = None) -> Search:
    """Read a search text."""
    text = query or ""
    alternatives = [parse(part) for part in OR.split(text)]
    return Search(text, alternatives, date_fields or DATE_FIELDS)


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
