"""The text of a SuiteQL query for one page: what changed since, after which row."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from orchestration.extract.netsuite.inspection import CUSTOM_RECORD, detail_pieces
from orchestration.extract.streams import Stream

# Filters on a date column are held against the session's time zone, which may be any.
ZONES_APART = timedelta(days=1)
IDENTIFIER = re.compile(r"[a-z][a-z0-9_]*")


@dataclass(frozen=True)
class Fields:
    """The account's own field names for what ties a document to the storefront."""

    order_field: str = "otherrefnum"
    return_field: str = "custbody_storefront_return_id"
    line_field: str = "custcol_storefront_line_id"
    # Where the warehouse's findings are recorded (inspection.py).
    inspected_by: frozenset[str] = frozenset({CUSTOM_RECORD})

    def __post_init__(self) -> None:
        for name in (self.order_field, self.return_field, self.line_field):
            if not IDENTIFIER.fullmatch(name):
                raise ValueError(f"{name!r} is not a field id: lower-case letters, digits and _")


@dataclass(frozen=True)
class Query:
    """A query and the values of its question marks, in their order, as text."""

    text: str
    parameters: tuple[str, ...] = ()


def page_query(
    stream: Stream, fields: Fields, *, since: datetime | None, after: Sequence[str]
) -> Query:
    """Return the query for the rows of a stream after the one whose key is `after`."""
    changed = _changed(stream, since=since)
    following = _following(key_columns(stream), after=after)
    text = "\n".join(
        line for line in stream.query.splitlines() if not line.lstrip().startswith("--")
    )
    return Query(
        text.format(
            changed=changed.text,
            after=following.text,
            type=stream.parameters.get("type", ""),
            order_field=fields.order_field,
            return_field=fields.return_field,
            line_field=fields.line_field,
            **detail_pieces(fields.inspected_by),
        ),
        parameters=(*changed.parameters, *following.parameters),
    )


def key_columns(stream: Stream) -> tuple[str, ...]:
    """Return the columns that order a stream's rows; none for one that is read whole."""
    names = stream.parameters.get("after", "").split(",")
    return tuple(name.strip() for name in names if name.strip())


def _changed(stream: Stream, *, since: datetime | None) -> Query:
    column = stream.parameters.get("changed")
    if since is None or column is None:
        return Query("1 = 1")
    moment = since.astimezone(UTC)
    return Query(
        f"{column} >= TO_DATE(?, 'YYYY-MM-DD HH24:MI:SS')"
        f""" AND SYS_EXTRACT_UTC({column}) >= TO_TIMESTAMP(?, 'YYYY-MM-DD"T"HH24:MI:SS"Z"')""",
        (
            f"{moment - ZONES_APART:%Y-%m-%d %H:%M:%S}",
            f"{moment:%Y-%m-%dT%H:%M:%SZ}",
        ),
    )


def _following(columns: Sequence[str], *, after: Sequence[str]) -> Query:
    """Compare row by row: greater in the first column, or equal there and greater in the next."""
    if not after:
        return Query("1 = 1")
    branches = []
    parameters: list[str] = []
    for position, column in enumerate(columns):
        equal = [f"{earlier} = ?" for earlier in columns[:position]]
        branches.append(" AND ".join([*equal, f"{column} > ?"]))
        parameters += after[: position + 1]
    return Query("(" + " OR ".join(f"({branch})" for branch in branches) + ")", tuple(parameters))
