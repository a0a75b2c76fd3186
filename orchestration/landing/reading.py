"""JSON and Parquet read by DuckDB: sessions, literals and selects."""

# ruff: noqa: S608 - names are declared in code, and literals are quoted by this room.

from collections.abc import Iterable, Mapping
from pathlib import Path

import duckdb

from orchestration.extract.streams import Stream, struct

SMALLEST_OBJECT_LIMIT = 16 * 2**20


def connect(scratch: Path | None = None) -> duckdb.DuckDBPyConnection:
    """Return a DuckDB of its own, in UTC; with a scratch folder, memory is bounded by spilling."""
    connection = duckdb.connect()
    connection.execute("set timezone = 'UTC'")
    if scratch is not None:
        connection.execute("set memory_limit = '2GB'")
        connection.execute(f"set temp_directory = {literal(str(scratch / '.spill'))}")
    return connection


def literal(text: str) -> str:
    """Return text as an SQL literal."""
    return "'" + text.replace("'", "''") + "'"


def quoted(names: Iterable[str]) -> str:
    """Return names as a list of SQL identifiers."""
    return ", ".join(f'"{name}"' for name in names)


def select_from_answers(path: Path, stream: Stream, *, longest_line: int) -> str:
    """
    Return a select of the declared columns of every record in a file of answers.

    A value that does not fit its declared type fails the select; a field that is missing is
    null, one that is not declared is left out.
    """
    kind = struct(**stream.columns) + "[]"
    for name in reversed(stream.records[1:]):
        kind = struct(**{name: kind})
    source = _read_json(path, {stream.records[0]: kind}, longest_line=longest_line)
    columns = ", ".join(f'record."{name}"' for name in stream.columns)
    records = ".".join(f'"{name}"' for name in stream.records)
    return (
        f"select {columns} from (select unnest({records}) as record from {source})"
        " where record is not null"
    )


def select_from_records(path: Path, columns: Mapping[str, str], *, longest_line: int) -> str:
    """Return a select of the declared columns of a file with one record a line."""
    return f"select * from {_read_json(path, columns, longest_line=longest_line)}"


def _read_json(path: Path, columns: Mapping[str, str], *, longest_line: int) -> str:
    declared = ", ".join(f"{literal(name)}: {literal(kind)}" for name, kind in columns.items())
    limit = max(longest_line + 1, SMALLEST_OBJECT_LIMIT)
    return (
        f"read_ndjson({literal(str(path))}, columns = {{{declared}}},"
        f" maximum_object_size = {limit})"
    )
