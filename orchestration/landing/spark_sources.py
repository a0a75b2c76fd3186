"""Committed batches as views of a Spark catalogue: the rows that DuckDB's views show, on Spark."""

# ruff: noqa: S608 - names are declared in code, and paths are quoted by this room.

import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from sqlglot import exp

from orchestration.extract.streams import STREAMS, Stream, System
from orchestration.landing.manifest import ROWS, Batch, committed_batches
from orchestration.landing.stamps import STAMPS

GLOB_SIGNS = re.compile(r"([\\{}\[\]*?,])")
# An instant passes through JSON with its microseconds.
INSTANTS = "map('timestampFormat', \"yyyy-MM-dd'T'HH:mm:ss.SSSSSSXXX\")"


def spark_source_views(root: Path) -> Iterator[str]:
    """
    Yield the statements that make `<system>.<stream>` a view over a stream's committed batches.

    A stream without batches is an empty view of its declared columns. The views name files: they
    show batches committed before the call. Every node that runs the models must see `root`.
    """
    for system in System:
        yield f"create schema if not exists `{system}`"
    for (system, name), stream in STREAMS.items():
        select = _select_rows(root, stream, committed_batches(root, stream))
        yield f"create or replace view `{system}`.`{name}` as {select}"


def _select_rows(root: Path, stream: Stream, batches: Iterable[Batch]) -> str:
    by_columns: dict[tuple[tuple[str, str], ...], list[Batch]] = {}
    for batch in batches:
        if batch.rows:
            by_columns.setdefault(tuple(batch.columns.items()), []).append(batch)
    selects = [
        f"select {_columns(stream, dict(columns))} from {_parquet(root, alike)}"
        for columns, alike in by_columns.items()
    ]
    return " union all ".join(selects) or _empty({**stream.columns, **STAMPS})


def _columns(stream: Stream, landed: dict[str, str]) -> str:
    return ", ".join(
        [
            *(
                f"{_as_declared(name, kind, landed.get(name))} as `{name}`"
                for name, kind in stream.columns.items()
            ),
            *STAMPS,
        ]
    )


def _as_declared(name: str, kind: str, landed_as: str | None) -> str:
    """A column of an earlier declaration as today's; records are matched by name, not by place."""
    spark_kind = _spark_type(kind)
    if landed_as == kind:
        return f"`{name}`"
    if landed_as is None:
        return f"cast(null as {spark_kind})"
    if exp.DataType.build(kind, dialect="duckdb").is_type(*exp.DataType.NESTED_TYPES):
        return f"from_json(to_json(`{name}`, {INSTANTS}), '{spark_kind}', {INSTANTS})"
    return f"cast(`{name}` as {spark_kind})"


def _parquet(root: Path, batches: Iterable[Batch]) -> str:
    """One path that matches exactly these batches: Spark reads it as one table."""
    folders = (batch.folder(root).resolve().relative_to(root.resolve()) for batch in batches)
    names = ",".join(_escaped(str(folder)) for folder in folders)
    above = _escaped(str(root.resolve()).rstrip("/"))
    path = f"{above}/{{{names}}}/{ROWS}".replace("`", "``")
    return f"parquet.`{path}`"


def _escaped(path: str) -> str:
    return GLOB_SIGNS.sub(r"\\\1", path)


def _empty(columns: dict[str, str]) -> str:
    nulls = ", ".join(
        f"cast(null as {_spark_type(kind)}) as `{name}`" for name, kind in columns.items()
    )
    return f"select {nulls} where false"


def _spark_type(kind: str) -> str:
    return exp.DataType.build(kind, dialect="duckdb").sql(dialect="spark")
