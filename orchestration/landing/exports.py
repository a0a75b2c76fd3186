"""A first reading by a bulk operation: objects in one file become the answers that pages give."""

# ruff: noqa: S608 - names are declared in code, and literals are quoted by this room.

import os
import shutil
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import Protocol, TypeVar

import duckdb

from orchestration.extract.errors import UnreadableAnswerError
from orchestration.extract.streams import Bulk, Stream
from orchestration.landing.batches import land
from orchestration.landing.manifest import Batch
from orchestration.landing.reading import SMALLEST_OBJECT_LIMIT, literal
from orchestration.landing.sessions import connect
from orchestration.landing.store import workplace
from orchestration.landing.suspects import UNFIT

# An object is joined with its children in memory, so a large file is first cut by their parent.
OBJECTS, PARTS = "objects.jsonl", "parts"
PART_BYTES = 8 * 2**20
# Beside it another engine holds the rows that are landed.
CUT_BYTES = 208 * 2**20
LARGEST_OBJECT_BYTES = 16 * 2**20
RECORDS_AN_ANSWER = 100
IDS_AT_ONCE = 10_000

Prepared = TypeVar("Prepared")


class Exporter(Protocol):
    """A source that exports a stream's objects, and reads by id what it cannot export."""

    def export(self, stream: Stream, target: Path) -> datetime:
        """Write every object to a file, one a line, and return when the source began."""
        ...

    def records_by_id(self, stream: Stream, ids: Sequence[str]) -> Iterable[bytes]:
        """Yield the records of these ids."""
        ...


def land_export(
    root: Path,
    stream: Stream,
    exporter: Exporter,
    *,
    source: str,
    run_id: str,
    extracted_at: datetime,
    scratch: Path | None = None,
) -> Batch:
    """
    Land a whole stream as one batch, with the rows that its pages would have given.

    The batch's newest change is no later than the start of the export: what changed while it ran
    is asked for again. Memory is bounded; the disk (with a store: `scratch`) holds the file about
    twice meanwhile.
    """
    if stream.bulk is None:
        raise ValueError(f"stream {stream.name} has no bulk operation")
    beside = workplace(root, scratch) / stream.system / stream.name / source
    with _folder(beside, run_id=run_id) as folder:
        began_at = exporter.export(stream, folder / OBJECTS)
        with connect(folder, memory_bytes=CUT_BYTES) as connection:
            _split(connection, folder)
            with closing(_answers(connection, folder, stream, stream.bulk, exporter)) as answers:
                return land(
                    root,
                    stream,
                    answers,
                    source=source,
                    run_id=run_id,
                    extracted_at=extracted_at,
                    since=None,
                    read_at=began_at,
                    scratch=scratch,
                )


@contextmanager
def _folder(parent: Path, *, run_id: str) -> Iterator[Path]:
    """A folder beside the batches: what a killed run leaves of it is swept as theirs are."""
    folder = parent / f"export-{run_id[:8]}-{os.getpid()}"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _split(connection: duckdb.DuckDBPyConnection, scratch: Path) -> None:
    """Cut the file into parts, an object and its children in the same; remember their order."""
    parts = (scratch / OBJECTS).stat().st_size // PART_BYTES + 1
    connection.execute("set partitioned_write_flush_threshold = 20000")
    try:
        connection.execute(f"""
            copy (
                select
                    line,
                    ids[1] as id,
                    ids[2] as parent,
                    split_part(ids[1], '/', 4) as kind,
                    text,
                    hash(coalesce(ids[2], ids[1])) % {parts} as part
                from (
                    select
                        row_number() over () as line,
                        json_extract_string(json, ['$.id', '$.__parentId']) as ids,
                        json::varchar as text
                    from {_objects(scratch / OBJECTS, LARGEST_OBJECT_BYTES)}
                )
            ) to {literal(str(scratch / PARTS))}
            (format parquet, compression zstd, partition_by (part))
        """)
    except UNFIT as error:
        raise UnreadableAnswerError(
            f"the export is no file of JSON objects ({str(error).splitlines()[0][:200]}): repeat"
        ) from error
    connection.execute("reset partitioned_write_flush_threshold")


def _answers(
    connection: duckdb.DuckDBPyConnection,
    scratch: Path,
    stream: Stream,
    bulk: Bulk,
    exporter: Exporter,
) -> Generator[bytes]:
    """Yield answers as pages have them, a hundred records in each, part after part."""
    opening = "".join(f'{{"{name}":' for name in stream.records) + "["
    closing = "]" + "}" * len(stream.records)
    by_id = stream.read_by_id(bulk.beside_document)

    def prepared(folder: Path) -> tuple[str, Path, int]:
        part = f"read_parquet({literal(str(folder / '*.parquet'))})"
        beside = folder.with_suffix(".jsonl")
        _refuse_strays(connection, part, kinds=list(bulk.children.values()))
        return part, beside, _write_beside(connection, part, beside, by_id, exporter)

    for part, beside, longest in _one_ahead(prepared, sorted((scratch / PARTS).glob("part=*"))):
        found = connection.cursor().execute(
            f"select record from ({_records(part, _objects(beside, longest), bulk)}) order by line"
        )
        while rows := found.fetchmany(RECORDS_AN_ANSWER):
            yield (opening + ",".join(record for (record,) in rows) + closing).encode()
        beside.unlink()


def _one_ahead(
    prepared: Callable[[Path], Prepared], folders: Sequence[Path]
) -> Iterator[Prepared]:
    """Yield what is prepared of each folder, the next one's in a thread: it waits for a source."""
    waiting = iter(folders)
    with ThreadPoolExecutor(max_workers=1) as ahead:
        coming = [ahead.submit(prepared, folder) for folder in islice(waiting, 1)]
        while coming:
            found = coming.pop().result()
            coming = [ahead.submit(prepared, folder) for folder in islice(waiting, 1)]
            yield found


def _refuse_strays(connection: duckdb.DuckDBPyConnection, part: str, *, kinds: list[str]) -> None:
    """Refuse a child without its parent, and one of a kind that nobody asked for."""
    strays = (
        connection.cursor()
        .execute(
            f"""
        with objects as (select id, parent, kind from {part})
        select count(*)
        from objects
        left join (select distinct id from objects where parent is null) as parents
            on objects.parent = parents.id
        where
            objects.id is null
            or (parent is not null and (parents.id is null or not list_contains($kinds, kind)))
        """,
            {"kinds": kinds},
        )
        .fetchone()
    )
    if strays and strays[0]:
        raise UnreadableAnswerError(
            f"the export holds {strays[0]} objects without their parent or of a kind that was not"
            " asked for: repeat, and check the API version if it persists"
        )


def _write_beside(
    connection: duckdb.DuckDBPyConnection,
    part: str,
    beside: Path,
    by_id: Stream,
    exporter: Exporter,
) -> int:
    """Read by id what the export cannot carry, for a whole part; return the longest answer."""
    found = connection.cursor().execute(
        f"select distinct id from {part} where parent is null order by id"
    )
    longest = 0
    with beside.open("wb") as file:
        while ids := [row[0] for row in found.fetchmany(IDS_AT_ONCE)]:
            for answer in exporter.records_by_id(by_id, ids):
                longest = max(longest, file.write(answer.replace(b"\n", b" ") + b"\n"))
    return longest


def _records(part: str, beside: str, bulk: Bulk) -> str:
    """
    Return a select of the text of each record with its children and what stands beside it.

    What was not found by id is left out, not null: such a record is set aside, and read again.
    """
    children = [
        f"""',"{name}":{{"nodes":[' || coalesce("{name}".nodes, '') || ']}}'"""
        for name in bulk.children
    ]
    others = [
        f"""coalesce(',"{name}":' || (beside.record -> '$.{name}')::varchar, '')"""
        for name in bulk.beside
    ]
    joins = " ".join(
        f"""
        left join (
            select parent, string_agg(text, ',' order by line) as nodes
            from objects where kind = {literal(kind)} and parent is not null group by parent
        ) as "{name}" on parents.id = "{name}".parent
        """
        for name, kind in bulk.children.items()
    )
    return f"""
        with objects as (
            select * from {part}
            qualify row_number() over (partition by id, parent order by line desc) = 1
        ),
        parents as (select * from objects where parent is null),
        nodes as (
            select unnest(json_extract(json, '$.data.nodes[*]')) as record
            from {beside}
        ),
        beside as (
            select record ->> '$.id' as id, any_value(record) as record
            from nodes where record ->> '$.id' is not null group by 1
        )
        select
            parents.line,
            left(parents.text, -1) || {" || ".join([*children, *others])} || '}}' as record
        from parents {joins} left join beside on parents.id = beside.id
    """


def _objects(file: Path, longest_line: int) -> str:
    """Return the source of a file's objects; the engine holds some lines of that length."""
    return (
        f"read_ndjson_objects({literal(str(file))},"
        f" maximum_object_size = {max(longest_line, SMALLEST_OBJECT_LIMIT)},"
        " format = 'newline_delimited')"
    )
