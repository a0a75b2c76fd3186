"""What a batch says of itself; the rename that puts a manifest in its place commits the batch."""

import hashlib
import os
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import msgspec

from orchestration.extract.streams import Stream, System

MANIFEST = "manifest.json"
ANSWERS = "answers.jsonl.zst"
ROWS = "rows.parquet"
REJECTS = "rejects.parquet"


class Batch(msgspec.Struct, frozen=True, kw_only=True):
    """
    One committed batch of one stream of one source (a store, or the ERP).

    `since` is the start of the window that was asked for, `cursor_max` the newest change that
    landed; `sha256` holds each file's, `columns` the declared types at that time. `watermark` is
    the source's own time before it was asked: whatever changes later belongs to the next window.
    `rejects_since` is the oldest change among the rejects; None where there are none or one does
    not tell its own.
    """

    system: str
    stream: str
    source: str
    batch_id: str
    run_id: str
    since: datetime | None
    extracted_at: datetime
    answers: int
    rows: int
    rejects: int
    cursor_max: datetime | None
    sha256: dict[str, str]
    columns: dict[str, str]
    rejects_since: datetime | None = None
    watermark: datetime | None = None

    def folder(self, root: Path) -> Path:
        """Return where the batch's files are."""
        return root / self.system / self.stream / self.source / self.batch_id


def committed_batches(root: Path, stream: Stream, *, source: str | None = None) -> Iterator[Batch]:
    """Yield a stream's batches, of one source or of all, oldest first within a source."""
    pattern = f"{source or '*'}/*/{MANIFEST}"
    for path in sorted((root / stream.system / stream.name).glob(pattern)):
        yield msgspec.json.decode(path.read_bytes(), type=Batch)


def landed_sources(root: Path, system: System) -> tuple[str, ...]:
    """Return the sources of a system (stores, or the ERP itself) that have landed anything."""
    return tuple(sorted({path.parts[-3] for path in (root / system).glob(f"*/*/*/{MANIFEST}")}))


def commit(root: Path, batch: Batch) -> None:
    """Make a batch exist: its files are on disk before its manifest has its name."""
    folder = batch.folder(root)
    for name in batch.sha256:
        _flush(folder / name)
    waiting = folder / f".{MANIFEST}"
    waiting.write_bytes(msgspec.json.format(msgspec.json.encode(batch)))
    _flush(waiting)
    waiting.replace(folder / MANIFEST)
    for directory in (folder, *list(folder.parents)[:4]):
        _flush(directory)


def checksum(path: Path) -> str:
    """Return the SHA-256 of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _flush(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
