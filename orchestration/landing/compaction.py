"""Many small batches of a stream become one: all that each of them said is in it, and provable."""

# ruff: noqa: S608 - names are declared in code, and literals are quoted by this room.

import hashlib
import shutil
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby
from pathlib import Path

import duckdb

from orchestration.extract.streams import STREAMS, Stream
from orchestration.landing.manifest import (
    ANSWERS,
    MANIFEST,
    PARTS,
    ROWS,
    Batch,
    BrokenEvidenceError,
    Part,
    checksum,
    commit,
    committed_batches,
    every_batch,
    every_part,
    merged_name,
    remove_batch,
    write_parts,
)
from orchestration.landing.reading import literal, quoted
from orchestration.landing.readings import telling
from orchestration.landing.sessions import connect
from orchestration.landing.stamps import ROWS_A_GROUP
from orchestration.landing.store import sizes_below, workplace

# What runs look back at one by one: the batches of the last days, and the last two at any rate.
DAYS_APART, LAST_APART = timedelta(days=2), 2
# A build that began before has named the files it reads: they stay until it has surely ended.
GRACE = timedelta(days=1)
# A merged batch of so much or of so many stays as it is: else all would be written each time.
SMALL_BYTES, FEW_PARTS, FEW_ROWS = 64 * 2**20, 1_000, 250_000
PIECE = 2**20


@dataclass(frozen=True)
class Compacted:
    """What a compaction did: batches made, of how many, and how many replaced ones it removed."""

    made: int
    parts: int
    removed: int


def compact(
    root: Path,
    *,
    now: datetime,
    fewest: int = 8,
    apart: timedelta = DAYS_APART,
    scratch: Path | None = None,
) -> Compacted:
    """
    Merge runs of at least `fewest` small batches, and remove what was replaced a day ago.

    A list of everything (a census) stays by itself, since it speaks as a whole. Batches less than
    `apart` older than the last of their source stay as they are. Merged batches for a store are
    made in the `scratch` folder.

    The commit of the merged batch replaces its parts in that instant. Until then they count, from
    then on they do not, whenever anybody is killed. Raises BrokenEvidenceError where a batch's
    files are not what its manifest says: nothing is replaced then.
    """
    removed = sum(_remove_parts(root, batch, before=now - GRACE) for batch in every_batch(root))
    made = [
        _merge(root, stream, group, now=now, scratch=scratch)
        for stream in STREAMS.values()
        if not stream.is_census
        for group in _groups(root, stream, fewest=fewest, apart=apart)
    ]
    return Compacted(len(made), sum(batch.merged for batch in made), removed)


def verify(root: Path, batch: Batch) -> None:
    """Raise BrokenEvidenceError unless a batch's files, and its parts within, are as landed."""
    _verify(batch.folder(root), batch)
    if batch.merged or batch.parts:
        _verify_parts(batch.folder(root), every_part(root, batch))


def _verify(folder: Path, batch: Batch) -> None:
    for name, digest in batch.sha256.items():
        if not (folder / name).is_file() or checksum(folder / name) != digest:
            raise BrokenEvidenceError(folder / name)


def _verify_parts(folder: Path, parts: Sequence[Part]) -> None:
    with (folder / ANSWERS).open("rb") as answers:
        for part in parts:
            found = hashlib.sha256()
            for piece in _lengths(part.answers_bytes):
                found.update(answers.read(piece))
            if found.hexdigest() != part.sha256[ANSWERS]:
                raise BrokenEvidenceError(folder / ANSWERS)


def _groups(root: Path, stream: Stream, *, fewest: int, apart: timedelta) -> Iterator[list[Batch]]:
    """Yield runs of small batches, one after another in time, that were declared alike."""
    by_source: dict[str, list[Batch]] = {}
    for batch in committed_batches(root, stream):
        by_source.setdefault(batch.source, []).append(batch)
    sizes = sizes_below(root / stream.system / stream.name) if by_source else {}
    for batches in by_source.values():
        limit = batches[-1].extracted_at - apart
        old = [one for one in batches[:-LAST_APART] if one.extracted_at < limit]
        for kind, run in groupby(old, lambda one: _kind(one, one.folder(root), sizes)):
            if kind is not None:
                sized = [(one, _bytes(one, one.folder(root), sizes)) for one in run]
                yield from _pieces(sized, fewest=fewest)


def _pieces(run: Iterable[tuple[Batch, int]], *, fewest: int) -> Iterator[list[Batch]]:
    """Cut a run of batches with their bytes where a merged one has grown enough to stay."""
    piece: list[Batch] = []
    parts = rows = bytes_ = 0
    for batch, size in run:
        piece.append(batch)
        parts += batch.extraction_count
        rows += batch.rows
        bytes_ += size
        if _is_large(parts, rows, bytes_):
            yield piece
            piece, parts, rows, bytes_ = [], 0, 0, 0
    if len(piece) >= fewest:
        yield piece


def _kind(
    batch: Batch, folder: Path, sizes: Mapping[Path, int]
) -> tuple[tuple[str, str], ...] | None:
    """What has to be equal within a merged batch; None for a batch that stays by itself."""
    for name in batch.sha256:
        if folder / name not in sizes:
            raise BrokenEvidenceError(folder / name)
    is_large = _is_large(batch.extraction_count, batch.rows, _bytes(batch, folder, sizes))
    return None if batch.rejects or is_large else tuple(batch.columns.items())


def _is_large(parts: int, rows: int, bytes_: int) -> bool:
    return parts >= FEW_PARTS or rows >= FEW_ROWS or bytes_ > SMALL_BYTES


def _bytes(batch: Batch, folder: Path, sizes: Mapping[Path, int]) -> int:
    return sum(sizes[folder / name] for name in batch.sha256)


def _merge(
    root: Path, stream: Stream, group: Sequence[Batch], *, now: datetime, scratch: Path | None
) -> Batch:
    for batch in group:
        verify(root, batch)
    parts = [part for batch in group for part in _parts_of(root, batch)]
    merged = _described(stream, group, parts, now=now, left=_left(root, group))
    folder = merged.folder(workplace(root, scratch))
    shutil.rmtree(folder, ignore_errors=True)  # of a compaction that was killed
    folder.mkdir(parents=True)
    try:
        _join(folder / ANSWERS, [batch.folder(root) / ANSWERS for batch in group])
        count = _write_rows(root, folder, group, stream)
        write_parts(folder / PARTS, parts)
        whole = _with_checksums(merged, folder, rows=count)
        _verify_parts(folder, parts)
        commit(root, whole, made_in=folder)
    except BaseException:
        if not (folder / MANIFEST).exists():
            shutil.rmtree(folder, ignore_errors=True)
        raise
    return whole


def _left(root: Path, group: Sequence[Batch]) -> list[str]:
    """Return what earlier compactions replaced and nobody removed yet."""
    replaced = {name for batch in group for name in batch.replaces}
    if not replaced:
        return []
    beside = group[-1].folder(root).parent
    return sorted(replaced & {folder.name for folder in beside.iterdir()})


def _described(
    stream: Stream,
    group: Sequence[Batch],
    parts: Sequence[Part],
    *,
    now: datetime,
    left: Sequence[str],
) -> Batch:
    last = group[-1]
    # Without answers nothing was read, from whenever on it was asked for.
    begins = [batch.since for batch in group if batch.answers] or [last.since]
    changes = [batch.cursor_max for batch in group if batch.cursor_max is not None]
    return Batch(
        system=last.system,
        stream=last.stream,
        source=last.source,
        batch_id=merged_name(parts),
        run_id=last.run_id,
        since=None if None in begins else min(begin for begin in begins if begin is not None),
        extracted_at=max(batch.extracted_at for batch in group),
        answers=sum(batch.answers for batch in group),
        rows=0,
        rejects=0,
        cursor_max=max(changes, default=None),
        sha256={},
        columns=last.columns,
        watermark=last.watermark,
        parts=telling(parts, stream),
        merged=len(parts),
        replaces=(*left, *(batch.batch_id for batch in group)),
        compacted_at=now,
    )


def _parts_of(root: Path, batch: Batch) -> tuple[Part, ...]:
    return every_part(root, batch) or (
        Part(
            batch_id=batch.batch_id,
            run_id=batch.run_id,
            since=batch.since,
            watermark=batch.watermark,
            extracted_at=batch.extracted_at,
            answers=batch.answers,
            rows=batch.rows,
            cursor_max=batch.cursor_max,
            sha256=batch.sha256,
            answers_bytes=(batch.folder(root) / ANSWERS).stat().st_size,
            is_partial=batch.is_partial,
        ),
    )


def _join(target: Path, files: Iterable[Path]) -> None:
    """Compressed files one after another are one compressed file: every byte stays as it was."""
    with target.open("wb") as joined:
        for file in files:
            with file.open("rb") as part:
                shutil.copyfileobj(part, joined, PIECE)


def _write_rows(root: Path, folder: Path, group: Sequence[Batch], stream: Stream) -> int:
    """
    Write the rows of a group with the stamps they have, hold them to those, and count them.

    What was read again and again as it was is there as it was read first and last: each hourly run
    reads whatever is open anew, some hundred times. The answers tell of each reading.
    """
    names = ", ".join(literal(str(batch.folder(root) / ROWS)) for batch in group)
    rows = f"""read_parquet(
        [{names}], hive_partitioning = false, filename = true, file_row_number = true
    )"""
    kept = f"""
        select * exclude (filename, file_row_number) from {rows}
        where (filename, file_row_number) in (from kept_rows)
    """
    merged = f"from read_parquet({literal(str(folder / ROWS))}, hive_partitioning = false)"
    columns = list(group[-1].columns)
    with connect(folder, reads=root) as connection:
        connection.execute(
            f"create or replace temp table kept_rows as {_kept(rows, columns, stream)}"
        )
        connection.execute(
            f"copy ({kept}) to {literal(str(folder / ROWS))}"
            f" (format parquet, compression zstd, row_group_size {ROWS_A_GROUP})"
        )
        found = _digest(connection, merged)
        if found != _digest(connection, kept):
            raise BrokenEvidenceError(folder / ROWS)
        connection.execute("drop table kept_rows")
    return found[0]


def _kept(rows: str, columns: Sequence[str], stream: Stream) -> str:
    """Return where the rows are that say something else than the one before or after them."""
    return f"""
        select (filename, file_row_number)
        from (
            select
                {quoted(stream.key)}, filename, file_row_number, _extracted_at, _batch_id,
                md5_number(row({quoted(columns)})::varchar) as said
            from {rows}
        )
        window in_time as (
            partition by {quoted(stream.key)}
            order by _extracted_at, _batch_id, filename, file_row_number
        )
        qualify
            said is distinct from lag(said) over in_time
            or said is distinct from lead(said) over in_time
    """


def _digest(connection: duckdb.DuckDBPyConnection, rows: str) -> tuple[int, int | None]:
    [(count, digest)] = connection.execute(
        f"select count(*), sum(hash(landed)::hugeint) from ({rows}) as landed"
    ).fetchall()
    return count, digest


def _with_checksums(batch: Batch, folder: Path, *, rows: int) -> Batch:
    sums = {name: checksum(folder / name) for name in (ANSWERS, ROWS, PARTS)}
    return batch.with_files(sums, rows=rows)


def _remove_parts(root: Path, batch: Batch, *, before: datetime) -> int:
    """Remove what a batch replaced, manifests first: what is left of one counts for nothing."""
    if batch.compacted_at is None or batch.compacted_at > before:
        return 0
    left = _left(root, [batch])
    for name in left:
        remove_batch(batch.folder(root).parent / name)
    return len(left)


def _lengths(size: int) -> Iterator[int]:
    while size > 0:
        yield min(size, PIECE)
        size -= PIECE
