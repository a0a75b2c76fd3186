"""A publication: the marts and what is known of their run, in one file that is written once."""

# ruff: noqa: S608 - table names come from the project and from the list below.

import json
import os
from collections.abc import Collection, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path

import duckdb
import pyarrow as pa

POINTER = "current.json"
# The engine writes a table of this size on one core.
MARTS_AT_ONCE = 2
INSTANT = pa.timestamp("us", tz="UTC")

# A publication is for the tools of other people: one of theirs, from that release on, opens it.
STORAGE = "v1.2.0"


@dataclass(frozen=True)
class Edition:
    """Which publication a file is, and whether its numbers may be acted on."""

    id: str
    as_of: datetime
    published_at: datetime
    run_id: str
    versions: str
    is_complete: bool
    incomplete_stores: str


Row = Mapping[str, object]

OPS_TABLES: dict[str, pa.Schema] = {
    "publication": pa.schema(
        [
            ("id", pa.string()),
            ("as_of", INSTANT),
            ("published_at", INSTANT),
            ("run_id", pa.string()),
            ("versions", pa.string()),
            ("is_complete", pa.bool_()),
            ("incomplete_stores", pa.string()),
        ]
    ),
    "checks": pa.schema(
        [
            ("asset", pa.string()),
            ("name", pa.string()),
            ("store", pa.string()),
            ("passed", pa.bool_()),
            ("severity", pa.string()),
            ("metadata", pa.string()),
            ("evaluated_at", INSTANT),
        ]
    ),
    "runs": pa.schema(
        [
            ("run_id", pa.string()),
            ("job", pa.string()),
            ("run_status", pa.string()),
            ("step", pa.string()),
            ("status", pa.string()),
            ("started_at", INSTANT),
            ("finished_at", INSTANT),
        ]
    ),
    "freshness": pa.schema(
        [
            ("system", pa.string()),
            ("stream", pa.string()),
            ("source", pa.string()),
            ("row_count", pa.int64()),
            ("newest_record_at", INSTANT),
            ("extracted_at", INSTANT),
        ]
    ),
    "meanings": pa.schema(
        [
            ("table_name", pa.string()),
            ("column_name", pa.string()),
            ("data_type", pa.string()),
            ("description", pa.string()),
        ]
    ),
}


def publish(
    *,
    warehouse: Path,
    folder: Path,
    edition: Edition,
    ops: Mapping[str, Sequence[Row]],
    keep: int,
    closed: Collection[str] = (),
) -> Path:
    """
    Write one publication and point to it, keeping `keep` of them and all that are `closed`.

    The pointer moves only once the file is whole, so a reader never meets half a publication; what
    a killed run left behind goes with the next one.
    """
    folder.mkdir(parents=True, exist_ok=True)
    finished = folder / f"{edition.id}.duckdb"
    partial = folder / f".{edition.id}.partial"
    for leftover in folder.glob(".*.partial*"):
        leftover.unlink()
    _write(partial, warehouse=warehouse, tables={"publication": [asdict(edition)], **ops})
    partial.replace(finished)
    _point_to(finished, edition=edition)
    _retire(folder, keep=keep, spared={edition.id, *closed})
    return finished


def current(folder: Path) -> Path | None:
    """Return the file that the pointer names, or nothing before the first publication."""
    pointer = folder / POINTER
    if not pointer.exists():
        return None
    return folder / str(json.loads(pointer.read_text(encoding="utf-8"))["file"])


def _write(path: Path, *, warehouse: Path, tables: Mapping[str, Sequence[Row]]) -> None:
    with duckdb.connect(path, config={"storage_compatibility_version": STORAGE}) as connection:
        connection.execute("set timezone = 'UTC'")
        connection.execute(f"attach '{_quoted(warehouse)}' as warehouse (read_only)")
        connection.execute("create schema marts")
        connection.execute("create schema ops")
        _copy_marts(connection)
        for name, schema in OPS_TABLES.items():
            rows = pa.Table.from_pylist([dict(row) for row in tables[name]], schema=schema)
            connection.register("rows", rows)
            connection.execute(f"create table ops.{name} as select * from rows")
            connection.unregister("rows")


def _copy_marts(connection: duckdb.DuckDBPyConnection) -> None:
    # What a view shows is not counted: it may be the largest of all.
    largest_first = """
        select table_name
        from information_schema.tables
        left join (
            select table_name, estimated_size * column_count as cells from duckdb_tables()
            where database_name = 'warehouse' and schema_name = 'marts'
        ) using (table_name)
        where table_catalog = 'warehouse' and table_schema = 'marts'
        order by cells desc nulls first, table_name
    """
    names = [name for (name,) in connection.execute(largest_first).fetchall()]

    def copy(name: str) -> None:
        with connection.cursor() as cursor:
            cursor.execute(f'create table marts."{name}" as from warehouse.marts."{name}"')

    with ThreadPoolExecutor(MARTS_AT_ONCE) as workers:
        list(workers.map(copy, names))


def _point_to(finished: Path, *, edition: Edition) -> None:
    pointer = finished.with_name(POINTER)
    partial = finished.with_name(f".{POINTER}.partial")
    said = {
        "id": edition.id,
        "file": finished.name,
        "as_of": edition.as_of.isoformat(),
        "published_at": edition.published_at.isoformat(),
        "is_complete": edition.is_complete,
    }
    with partial.open("w", encoding="utf-8") as file:
        json.dump(said, file, indent=2)
        file.flush()
        os.fsync(file.fileno())
    partial.replace(pointer)


def _retire(folder: Path, *, keep: int, spared: Collection[str]) -> None:
    """A reader that still holds a retired file keeps it until it closes."""
    newest_first = sorted(
        folder.glob("*.duckdb"), key=lambda path: path.stat().st_mtime_ns, reverse=True
    )
    for old in newest_first[keep:]:
        if old.stem not in spared:
            old.unlink()


def _quoted(path: Path) -> str:
    return str(path).replace("'", "''")
