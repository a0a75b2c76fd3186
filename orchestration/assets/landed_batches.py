"""Batches by name, and the rows of some of them."""

# ruff: noqa: S608 - names are declared in code.

from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pyarrow as pa

from orchestration.extract.streams import STREAMS, System
from orchestration.landing import Batch, select_rows

# System, stream, source, extraction.
BatchKey = tuple[str, ...]
COLUMNS = ("system", "stream", "source", "batch_id")


@dataclass(frozen=True)
class LandedBatches:
    """The committed batches of a landing."""

    root: Path
    batches: Sequence[Batch]

    def rows_of(self, keys: Set[BatchKey]) -> Mapping[tuple[System, str], str]:
        """
        Return a select of each stream that reads the files with rows of these extractions.

        A merged batch may have rows of others too. Where nothing landed there is no select.
        """
        by_stream: dict[tuple[System, str], list[Batch]] = {}
        for batch in self.batches:
            if batch.rows and keys_of([batch]) & keys:
                by_stream.setdefault((System(batch.system), batch.stream), []).append(batch)
        return {
            stream: select_rows(self.root, STREAMS[stream], batches)
            for stream, batches in by_stream.items()
        }


def keys_of(batches: Iterable[Batch]) -> frozenset[BatchKey]:
    """Return the names of the extractions in these batches, merged since or not."""
    return frozenset(
        (batch.system, batch.stream, batch.source, extraction)
        for batch in batches
        for extraction in batch.extractions
    )


def known_batches(connection: duckdb.DuckDBPyConnection, table: str) -> frozenset[BatchKey]:
    """Return the extractions that a table names."""
    rows = connection.execute(f"select {', '.join(COLUMNS)} from {table}").fetchall()
    return frozenset(rows)


def write_batches(
    connection: duckdb.DuckDBPyConnection, table: str, batches: Set[BatchKey]
) -> None:
    """Write a table with a row for each extraction, in place of the one before."""
    columns = list(zip(*sorted(batches), strict=True)) or [()] * len(COLUMNS)
    arrays = [pa.array(values, pa.string()) for values in columns]
    connection.register("named_batches", pa.table(arrays, names=list(COLUMNS)))
    connection.execute(f"create or replace table {table} as select * from named_batches")
    connection.unregister("named_batches")
