"""Batches by name, as tables of the warehouse: what a build or a tracing already knows."""

# ruff: noqa: S608 - names are declared in code.

from collections.abc import Set

import duckdb
import pyarrow as pa

# System, stream, source, extraction.
BatchKey = tuple[str, ...]
COLUMNS = ("system", "stream", "source", "batch_id")


def known_batches(connection: duckdb.DuckDBPyConnection, table: str) -> frozenset[BatchKey]:
    """Return the batches that a table names."""
    rows = connection.execute(f"select {', '.join(COLUMNS)} from {table}").fetchall()
    return frozenset(rows)


def write_batches(
    connection: duckdb.DuckDBPyConnection, table: str, batches: Set[BatchKey]
) -> None:
    """Write a table with a row for each batch, in place of the one before."""
    columns = list(zip(*sorted(batches), strict=True)) or [()] * len(COLUMNS)
    arrays = [pa.array(values, pa.string()) for values in columns]
    connection.register("named_batches", pa.table(arrays, names=list(COLUMNS)))
    connection.execute(f"create or replace table {table} as select * from named_batches")
    connection.unregister("named_batches")
