"""Answers become rows of the declared types: DuckDB parses, and what does not fit is set aside."""

# ruff: noqa: S608 - names are declared in code, and literals are quoted by this room.

from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

import duckdb
import msgspec

from orchestration.extract.streams import Stream
from orchestration.landing.manifest import ANSWERS, REJECTS, ROWS
from orchestration.landing.reading import (
    connect,
    literal,
    select_from_records,
)
from orchestration.landing.suspects import UNFIT, Reject, keyless, sort_out

STAMPS = {
    "_store": "VARCHAR",
    "_batch_id": "VARCHAR",
    "_extracted_at": "TIMESTAMPTZ",
    "_run_id": "VARCHAR",
}
# A group is held in memory until it is written, and an order has kilobytes of lines.
ROWS_A_GROUP = 20_480
# Every record of the answers, one a line, while they are converted.
RECORDS = "records.jsonl.zst"
REJECT_COLUMNS = {"record": "VARCHAR", "reason": "VARCHAR"}


@dataclass(frozen=True)
class Stamp:
    """What is known of every row of a batch."""

    source: str
    batch_id: str
    extracted_at: datetime
    run_id: str

    @property
    def select_list(self) -> str:
        """The underscore columns as constants."""
        values = (self.source, self.batch_id, self.extracted_at.isoformat(), self.run_id)
        return ", ".join(
            f"{literal(value)}::{kind} as {name}"
            for value, (name, kind) in zip(values, STAMPS.items(), strict=True)
        )


@dataclass(frozen=True)
class Written:
    """What is known of a batch's answers: `is_shaped` if every record has its outer shape."""

    answers: int
    longest_line: int
    is_shaped: bool


@dataclass(frozen=True)
class Converted:
    """What came of a batch's answers; `rejects_since` as the manifest has it."""

    rows: int
    rejects: int
    cursor_max: datetime | None
    rejects_since: datetime | None

    def as_of(self, read_at: datetime | None) -> "Converted":
        """Return the same with no newer change than was surely read."""
        if read_at is None or self.cursor_max is None:
            return self
        return replace(self, cursor_max=min(self.cursor_max, read_at))


def convert(folder: Path, stream: Stream, *, stamp: Stamp, written: Written) -> Converted:
    """
    Write the rows of a batch folder's answers, and its rejects where there are any.

    All records are converted at once; only if something in them does not fit are the records
    looked at apart. Memory is bounded by DuckDB's limit, not by the size of the answers.
    """
    longest = written.longest_line
    with connect(folder, longest_line=longest) as connection:
        select = select_from_records(folder / RECORDS, stream.columns, longest_line=longest)
        rejects, rejects_since = 0, None
        if not written.is_shaped or not _is_written(
            connection, folder, select, stream=stream, stamp=stamp
        ):
            rejects = _write_apart(
                connection, folder, stream=stream, stamp=stamp, longest_line=longest
            )
            rejects_since = _oldest_reject(connection, folder, stream) if rejects else None
        (folder / RECORDS).unlink()
        rows, cursor_max = _counted(connection, folder / ROWS, stream=stream)
    return Converted(rows, rejects, cursor_max, rejects_since)


def _is_written(
    connection: duckdb.DuckDBPyConnection,
    folder: Path,
    select: str,
    *,
    stream: Stream,
    stamp: Stamp,
) -> bool:
    """Write the rows and say whether every record fitted."""
    try:
        _copy(connection, select, folder / ROWS, stamp=stamp)
    except UNFIT:
        return False
    rows = f"read_parquet({literal(str(folder / ROWS))})"
    return keyless(connection, rows, stream=stream) is None


def _write_apart(
    connection: duckdb.DuckDBPyConnection,
    folder: Path,
    *,
    stream: Stream,
    stamp: Stamp,
    longest_line: int,
) -> int:
    """Write fitting records as rows and the others as rejects; return how many those are."""
    fitting = folder / "fitting.jsonl"
    rejects = sort_out(connection, folder / ANSWERS, fitting, stream=stream)
    select = select_from_records(fitting, stream.columns, longest_line=longest_line)
    _copy(connection, select, folder / ROWS, stamp=stamp)
    fitting.unlink()
    if rejects:
        _write_rejects(connection, folder, rejects, stamp=stamp)
    return len(rejects)


def _write_rejects(
    connection: duckdb.DuckDBPyConnection, folder: Path, rejects: list[Reject], *, stamp: Stamp
) -> None:
    lines = msgspec.json.Encoder().encode_lines(rejects)
    waiting = folder / "rejects.jsonl"
    waiting.write_bytes(lines)
    select = select_from_records(waiting, REJECT_COLUMNS, longest_line=len(lines))
    _copy(connection, select, folder / REJECTS, stamp=stamp)
    waiting.unlink()


def _oldest_reject(
    connection: duckdb.DuckDBPyConnection, folder: Path, stream: Stream
) -> datetime | None:
    """Return the oldest change among the rejects; None where any does not tell its own."""
    if stream.cursor is None:
        return None
    path = literal(f'$."{stream.cursor}"')
    found = connection.execute(
        f"""
        select case when count(*) = count(changed_at) then min(changed_at) end
        from (
            select try_cast(
                case when json_valid(record) then json_extract_string(record, {path}) end
                as timestamptz
            ) as changed_at
            from read_parquet({literal(str(folder / REJECTS))})
        )
        """
    ).fetchone()
    return found[0] if found else None


def _copy(connection: duckdb.DuckDBPyConnection, select: str, file: Path, *, stamp: Stamp) -> None:
    connection.execute(
        f"copy (select *, {stamp.select_list} from ({select})) to {literal(str(file))}"
        f" (format parquet, compression zstd, row_group_size {ROWS_A_GROUP})"
    )


def _counted(
    connection: duckdb.DuckDBPyConnection, rows: Path, *, stream: Stream
) -> tuple[int, datetime | None]:
    newest = f'max("{stream.cursor}")' if stream.cursor else "null"
    found = connection.execute(
        f"select count(*), {newest} from read_parquet({literal(str(rows))})"
    ).fetchone()
    return found or (0, None)
