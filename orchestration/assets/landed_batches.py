"""Batches by name, and the rows of some of them."""

# ruff: noqa: S608 - names are declared in code.

from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pyarrow as pa

from orchestration.extract.streams import STREAMS, System
from orchestration.landing import Batch, every_part, extractions_named, select_rows

# System, stream, source, and the name of a batch or of an extraction.
BatchKey = tuple[str, ...]
COLUMNS = ("system", "stream", "source", "batch_id")


@dataclass(frozen=True)
class News:
    """
    What landed beside batches that are known.

    `batches` hold something new; `extractions` are the new ones, merged since or not; `lost` are
    the known batches that are neither there nor merged into one that is.
    """

    batches: Sequence[Batch]
    extractions: frozenset[BatchKey]
    lost: frozenset[BatchKey]


@dataclass(frozen=True)
class LandedBatches:
    """The committed batches of a landing."""

    root: Path
    batches: Sequence[Batch]

    def beside(self, known: Set[BatchKey]) -> News:
        """
        Return what is new beside these batches: what a merged one is made of may be known.

        Only of merged ones that are not known themselves it is asked what they are made of: after
        years there are a million extractions, and a handful is new.
        """
        gone = known - names_of(self.batches)
        batches, extractions, found = [], set[BatchKey](), set[BatchKey]()
        for batch in self.batches:
            if _name(batch) in known:
                continue
            place = _name(batch)[:-1]
            parts = [part.batch_id for part in every_part(self.root, batch)] or [batch.batch_id]
            within = {key: _positions(key[-1], parts) for key in gone if key[:-1] == place}
            merged = {position for span in within.values() for position in span}
            found.update(key for key, span in within.items() if span)
            if len(merged) < len(parts):
                batches.append(batch)
            extractions.update(
                (*place, name) for position, name in enumerate(parts) if position not in merged
            )
        return News(batches, frozenset(extractions), frozenset(gone - found))

    def rows_of(self, news: News) -> Mapping[tuple[System, str], str]:
        """
        Return a select of each stream that reads the files with rows of something new.

        A merged batch may have rows of others too. Where nothing landed there is no select.
        """
        by_stream: dict[tuple[System, str], list[Batch]] = {}
        for batch in news.batches:
            if batch.rows:
                by_stream.setdefault((System(batch.system), batch.stream), []).append(batch)
        return {
            stream: select_rows(self.root, STREAMS[stream], batches)
            for stream, batches in by_stream.items()
        }


def names_of(batches: Iterable[Batch]) -> frozenset[BatchKey]:
    """Return the names of these batches; a merged one has one name."""
    return frozenset(_name(batch) for batch in batches)


def _name(batch: Batch) -> BatchKey:
    return (batch.system, batch.stream, batch.source, batch.batch_id)


def _positions(name: str, parts: Sequence[str]) -> range:
    """Return where the extractions of a batch stand among those of one that it was merged into."""
    last, count = extractions_named(name)
    if last not in parts:
        return range(0)
    end = parts.index(last) + 1
    return range(end - count, end)


def known_batches(connection: duckdb.DuckDBPyConnection, table: str) -> frozenset[BatchKey]:
    """Return the batches, or the extractions, that a table names."""
    rows = connection.execute(f"select {', '.join(COLUMNS)} from {table}").fetchall()
    return frozenset(rows)


def write_batches(
    connection: duckdb.DuckDBPyConnection, table: str, batches: Set[BatchKey]
) -> None:
    """Write a table with a row for each name, in place of the one before."""
    columns = list(zip(*sorted(batches), strict=True)) or [()] * len(COLUMNS)
    arrays = [pa.array(values, pa.string()) for values in columns]
    connection.register("named_batches", pa.table(arrays, names=list(COLUMNS)))
    connection.execute(f"create or replace table {table} as select * from named_batches")
    connection.unregister("named_batches")
