"""JSON and Parquet read by DuckDB: literals and selects."""

# ruff: noqa: S608 - names are declared in code, and literals are quoted by this room.

import re
from collections.abc import Iterable, Mapping
from pathlib import Path

from orchestration.extract.streams.stream import AMOUNT, QUANTITY, struct

# A session reads in pieces of about twice this; a longer line has a piece of its own.
SMALLEST_OBJECT_LIMIT = 2**20

# DuckDB rounds what has more digits than its type: these are read with room for more, and must
# fit without it. Rates are quotients; they may be rounded.
ROOMIER = {
    "INTEGER": "DECIMAL(38, 6)",
    "BIGINT": "DECIMAL(38, 6)",
    AMOUNT: "DECIMAL(38, 8)",
    QUANTITY: "DECIMAL(38, 9)",
}
ROOMY = re.compile("|".join(map(re.escape, ROOMIER)))


def literal(text: str) -> str:
    """Return text as an SQL literal."""
    return "'" + text.replace("'", "''") + "'"


def quoted(names: Iterable[str]) -> str:
    """Return names as a list of SQL identifiers."""
    return ", ".join(f'"{name}"' for name in names)


def select_from_records(path: Path | str, columns: Mapping[str, str], *, longest_line: int) -> str:
    """
    Return a select of the declared columns of a file with one record a line.

    A value that does not fit its declared type fails the select, also one that would be rounded
    to fit; a field that is missing is null, one that is not declared is left out.
    """
    roomy = {name: _with_room(kind) for name, kind in columns.items()}
    source = _read_json(path, roomy, longest_line=longest_line)
    packed = ", ".join(f'"{name}" := "{name}"' for name in columns)
    return _exactly(f"select struct_pack({packed}) as record from {source}", columns)


def _exactly(records: str, columns: Mapping[str, str]) -> str:
    """Return a select of the columns of roomy records that fails for one which loses digits."""
    narrow = struct(**columns)
    names = ", ".join(f'record."{name}"' for name in columns)
    return f"""
        select {names}
        from (
            select
                case
                    when cast(fitted as {_with_room(narrow)}) is not distinct from record
                        then fitted
                    else error('a number has more digits than its column')
                end as record
            from (select record, cast(record as {narrow}) as fitted from ({records}))
            where record is not null
        )
    """


def _with_room(kind: str) -> str:
    return ROOMY.sub(lambda found: ROOMIER[found[0]], kind)


def _read_json(path: Path | str, columns: Mapping[str, str], *, longest_line: int) -> str:
    declared = ", ".join(f"{literal(name)}: {literal(kind)}" for name, kind in columns.items())
    limit = max(longest_line + 1, SMALLEST_OBJECT_LIMIT)
    return (
        f"read_ndjson({literal(str(path))}, columns = {{{declared}}},"
        f" maximum_object_size = {limit}, records = 'true')"
    )
