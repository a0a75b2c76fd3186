"""The rows of a batch's answers: those written as they came, or every record looked at apart."""

# ruff: noqa: S608 - names are declared in code, and literals are quoted by this room.

from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

import duckdb
import msgspec

from orchestration.extract.streams import Stream
from orchestration.landing.manifest import ANSWERS, REJECTS, ROWS
from orchestration.landing.reading import literal, select_from_records
from orchestration.landing.sessions import bound_memory
from orchestration.landing.stamps import Stamp, copy_stamped
from orchestration.landing.suspects import Reject, keyless, sort_out

REJECT_COLUMNS = {"record": "VARCHAR", "reason": "VARCHAR"}


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


def convert(
    connection: duckdb.DuckDBPyConnection,
    folder: Path,
    stream: Stream,
    *,
    stamp: Stamp,
    longest_line: int,
    are_complete: bool,
) -> Converted:
    """
    See to it that a batch folder has the rows of its answers, and its rejects where there are any.

    `are_complete` says that the rows were written as the answers came. Otherwise, and where a row
    has no key, each record is looked at apart. Memory is bounded by DuckDB's limit, which grows
    with the longest answer, not with all of them.
    """
    rejects, rejects_since = 0, None
    if not are_complete or keyless(connection, _rows_of(folder), stream=stream):
        bound_memory(connection, longest_line=longest_line)
        rejects = _write_apart(
            connection, folder, stream=stream, stamp=stamp, longest_line=longest_line
        )
        rejects_since = _oldest_reject(connection, folder, stream) if rejects else None
    rows, cursor_max = _counted(connection, _rows_of(folder), stream=stream)
    return Converted(rows, rejects, cursor_max, rejects_since)


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
    copy_stamped(connection, select, folder / ROWS, stamp=stamp)
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
    copy_stamped(connection, select, folder / REJECTS, stamp=stamp)
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


def _counted(
    connection: duckdb.DuckDBPyConnection, rows: str, *, stream: Stream
) -> tuple[int, datetime | None]:
    newest = f'max("{stream.cursor}")' if stream.cursor else "null"
    found = connection.execute(f"select count(*), {newest} from {rows}").fetchone()
    return found or (0, None)


def _rows_of(folder: Path) -> str:
    return f"read_parquet({literal(str(folder / ROWS))})"
