"""Committed batches as views: what the models read, one view a stream."""

# ruff: noqa: S608 - names are declared in code, and literals are quoted by this room.

from collections.abc import Iterable
from pathlib import Path

import duckdb

from orchestration.extract.streams import STREAMS, Stream, System
from orchestration.landing.manifest import REJECTS, ROWS, Batch, committed_batches
from orchestration.landing.reading import literal
from orchestration.landing.rows import REJECT_COLUMNS
from orchestration.landing.stamps import STAMPS
from orchestration.landing.store import let_read

STREAM_COLUMN = {"_stream": "VARCHAR"}


def create_source_views(connection: duckdb.DuckDBPyConnection, root: Path) -> list[Batch]:
    """
    Create a view `<system>.<stream>` over each declared stream's committed batches; return them.

    A stream without batches is an empty view of its declared columns. `<system>._rejects` holds
    the records of all its streams that did not fit. The views name files: they show batches
    committed before the call, and only those.
    """
    let_read(connection, root)
    shown: list[Batch] = []
    for system in System:
        connection.execute(f'create schema if not exists "{system}"')
        rejects: list[str] = []
        for stream in (stream for (owner, _), stream in STREAMS.items() if owner is system):
            batches = list(committed_batches(root, stream))
            _create_view(
                connection, f'"{system}"."{stream.name}"', select_rows(root, stream, batches)
            )
            rejects.append(select_rejects(root, stream, batches))
            shown += batches
        _create_view(connection, f'"{system}"."_rejects"', _union(rejects))
    return shown


def select_rows(root: Path, stream: Stream, batches: Iterable[Batch]) -> str:
    """
    Return a select of the rows of these batches, with the underscore columns.

    Batches landed under earlier declarations are read as today's: a column they lack is null,
    one of another type is cast.
    """
    by_columns: dict[tuple[tuple[str, str], ...], list[Path]] = {}
    for batch in batches:
        if batch.rows:
            files = by_columns.setdefault(tuple(batch.columns.items()), [])
            files.append(batch.folder(root) / ROWS)
    selects = [
        f"select {_columns(stream, dict(columns))} from {_parquet(files)}"
        for columns, files in by_columns.items()
    ]
    return _union(selects) or _empty({**stream.columns, **STAMPS})


def select_rejects(root: Path, stream: Stream, batches: Iterable[Batch]) -> str:
    """Return a select of what these batches of a stream rejected, each record as its text."""
    columns = ", ".join([*REJECT_COLUMNS, *STAMPS])
    files = [batch.folder(root) / REJECTS for batch in batches if batch.rejects]
    if not files:
        return _empty({**STREAM_COLUMN, **REJECT_COLUMNS, **STAMPS})
    return f"select {literal(stream.name)} as _stream, {columns} from {_parquet(files)}"


def _columns(stream: Stream, landed: dict[str, str]) -> str:
    return ", ".join(
        [
            *(
                f'"{name}"'
                if landed.get(name) == kind
                else f'cast({_name_or_null(name, landed)} as {kind}) as "{name}"'
                for name, kind in stream.columns.items()
            ),
            *STAMPS,
        ]
    )


def _name_or_null(name: str, landed: dict[str, str]) -> str:
    return f'"{name}"' if name in landed else "null"


def _create_view(connection: duckdb.DuckDBPyConnection, name: str, select: str) -> None:
    connection.execute(f"create or replace view {name} as {select}")


def _parquet(files: Iterable[Path]) -> str:
    names = ", ".join(literal(str(file.resolve())) for file in files)
    return f"read_parquet([{names}], hive_partitioning = false)"


def _union(selects: list[str]) -> str:
    return " union all ".join(selects)


def _empty(columns: dict[str, str]) -> str:
    nulls = ", ".join(f'null::{kind} as "{name}"' for name, kind in columns.items())
    return f"select {nulls} where false"
