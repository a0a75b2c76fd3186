"""The text of a SuiteQL query: one page of a part of a stream, or how much there is of it."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from orchestration.extract.netsuite.inspection import CUSTOM_RECORD, detail_pieces
from orchestration.extract.netsuite.parts import EVERYTHING, Keys, Part, Query, Window
from orchestration.extract.streams import Stream

IDENTIFIER = re.compile(r"[a-z][a-z0-9_]*")
UTC_TEXT = """TO_CHAR(SYS_EXTRACT_UTC({}), 'YYYY-MM-DD"T"HH24:MI:SS"Z"')"""
ORDER = "\nORDER BY"


@dataclass(frozen=True)
class Fields:
    """The account's own field names for what ties a document to the storefront."""

    order_field: str = "otherrefnum"
    return_field: str = "custbody_storefront_return_id"
    line_field: str = "custcol_storefront_line_id"
    # Where the warehouse's findings are recorded (inspection.py).
    inspected_by: frozenset[str] = frozenset({CUSTOM_RECORD})

    def __post_init__(self) -> None:
        """Refuse what is no field id: it becomes part of a query."""
        for name in (self.order_field, self.return_field, self.line_field):
            if not IDENTIFIER.fullmatch(name):
                raise ValueError(f"{name!r} is not a field id: lower-case letters, digits and _")


@dataclass(frozen=True)
class Key:
    """One column of the order that a walk keeps: how it is said, and its name in a row."""

    expression: str
    name: str


def asked_for(stream: Stream, *, since: datetime | None) -> Part:
    """Return the rows changed since; all of them without a time, or where rows carry none."""
    column = stream.parameters.get("changed")
    if since is None or column is None:
        return Keys(key_columns(stream)[0])
    return Window(column, since)


def order_of(stream: Stream, part: Part) -> tuple[Key, ...]:
    """
    Return the unique order in which a part's rows are read.

    A window is read by the text of its change in UTC and then by key: text of whole seconds
    means the same in the hour that summer time repeats, and where the ERP keeps fractions. A
    column that may be empty is read and ordered as zero: nothing comes after a null.
    """
    zeroed = stream.parameters.get("zero_where_null", "").split(", ")
    keys = tuple(
        Key(f"NVL({column}, 0)" if column in zeroed else column, column.rpartition(".")[2])
        for column in key_columns(stream)
    )
    if isinstance(part, Window) and stream.cursor is not None:
        return (Key(UTC_TEXT.format(part.column), stream.cursor), *keys)
    return keys


def key_columns(stream: Stream) -> tuple[str, ...]:
    """Return the columns of a stream's unique order."""
    return tuple(name.strip() for name in stream.parameters["after"].split(","))


def page_query(
    stream: Stream, fields: Fields, *, part: Part | None = None, after: Sequence[str] = ()
) -> Query:
    """Return the query for the rows of a part after the one whose key is `after`."""
    part = part or asked_for(stream, since=None)
    order = order_of(stream, part)
    chosen, following = part.condition, _following(order, after=after)
    text = "\n".join(
        line for line in stream.query.splitlines() if not line.lstrip().startswith("--")
    )
    return Query(
        text.format(
            changed=chosen.text,
            after=following.text,
            order=", ".join(key.expression for key in order),
            type=stream.parameters.get("type", ""),
            order_field=fields.order_field,
            return_field=fields.return_field,
            line_field=fields.line_field,
            **detail_pieces(fields.inspected_by),
        ),
        parameters=(*chosen.parameters, *following.parameters),
    )


def measure_query(
    stream: Stream, fields: Fields, *, part: Part, after: Sequence[str] = ()
) -> Query:
    """
    Return the query for how many rows a part has after the one whose key is `after`.

    It tells the ends of the first column of their order too.
    """
    query = page_query(stream, fields, part=part, after=after)
    first = order_of(stream, part)[0].name
    return Query(
        f"SELECT COUNT(*) AS row_count, MIN(x.{first}) AS lowest, MAX(x.{first}) AS highest"  # noqa: S608 - names are declared in code
        f" FROM (\n{query.text.partition(ORDER)[0]}\n) x",
        query.parameters,
    )


def _following(order: Sequence[Key], *, after: Sequence[str]) -> Query:
    """Compare row by row: greater in the first column, or equal there and greater in the next."""
    if not after:
        return EVERYTHING
    branches = []
    parameters: list[str] = []
    for position, key in enumerate(order):
        equal = [f"{earlier.expression} = ?" for earlier in order[:position]]
        branches.append(" AND ".join([*equal, f"{key.expression} > ?"]))
        parameters += after[: position + 1]
    return Query("(" + " OR ".join(f"({branch})" for branch in branches) + ")", tuple(parameters))
