"""What a batch says of itself; the manifest that is put in its place at last commits the batch."""

import hashlib
import os
import shutil
from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path

import msgspec
import zstandard

from orchestration.extract.streams import Stream, System
from orchestration.landing.store import MANIFEST as MANIFEST
from orchestration.landing.store import (
    Sign,
    contents,
    is_store,
    matching,
    put_bytes,
    put_file,
    remove_folder,
    sign,
)

ANSWERS = "answers.jsonl.zst"
PARTS = "parts.json.zst"
OF = "-of-"
ROWS = "rows.parquet"
REJECTS = "rejects.parquet"
# What manifests are written as. The first had no number, and batches of many none of their own; in
# the second all parts of a batch stood in its manifest.
FORMAT = 3


# A run looks at each manifest some seven times; in a store each look would be a request.
MOST_KEPT = 10_000
_kept: dict[Sign, "Batch"] = {}


class NewerLandingError(RuntimeError):
    """Landing was written by a later release than this one, which cannot know what it says."""

    def __init__(self, path: Path, found: int) -> None:
        super().__init__(
            f"{path} is of format {found}, and this release reads up to {FORMAT}: a newer release"
            " has worked in this home; go on with that one, or restore landing from before"
        )


class BrokenEvidenceError(RuntimeError):
    """A landed file is not what its manifest says it is."""

    def __init__(self, path: Path) -> None:
        super().__init__(
            f"{path} is not what was landed: its checksum differs from its manifest's. Restore its"
            " folder from a backup; nothing was replaced"
        )


class DamagedManifestError(RuntimeError):
    """A manifest cannot be read: what its batch holds is not known."""

    def __init__(self, path: Path, reason: str) -> None:
        super().__init__(
            f"{path} is no manifest any more ({reason}): restore its folder from a backup, or move"
            " the folder out of landing for the next run to go on without its rows"
        )


class Part(msgspec.Struct, frozen=True, kw_only=True):
    """
    One batch within a batch of many: what its manifest said, and how long its answers are.

    The answers of all parts stand one after another, byte for byte, so that `sha256` of each can
    be proved for ever; its rows are those whose `_batch_id` it is.
    """

    batch_id: str
    run_id: str
    since: datetime | None
    watermark: datetime | None
    extracted_at: datetime
    answers: int
    rows: int
    cursor_max: datetime | None
    sha256: dict[str, str]
    answers_bytes: int
    is_partial: bool = False


class Batch(msgspec.Struct, frozen=True, kw_only=True):
    """
    One committed batch of one stream of one source (a store, or the ERP).

    `since` is the start of the window that was asked for, `cursor_max` the newest change that
    landed; `sha256` holds each file's, `columns` the declared types at that time. `watermark` is
    the source's own time before it was asked: whatever changes later belongs to the next window.
    `rejects_since` is the oldest change among the rejects; None where there are none or one does
    not tell its own. A partial one (`is_partial`) does not tell of all that was due: its records
    were chosen by their ids, or the source did not answer; manifests of before never say so.
    A batch made of many says of how many (`merged`) and names all that it `replaces`. Its `parts`
    are those that later runs ask about: a manifest is read by every run, and after years there are
    thousands; what each of them said is in a file beside it. Its `rows` are fewer than theirs:
    what they read again as it was stands there as it was read first and last.
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
    is_partial: bool = False
    parts: tuple[Part, ...] = ()
    merged: int = 0
    replaces: tuple[str, ...] = ()
    compacted_at: datetime | None = None
    format: int = FORMAT

    @property
    def extracted(self) -> "tuple[Batch | Part, ...]":
        """What its extractions said of themselves: the batch itself, or parts that tell of all."""
        return self.parts or (self,)

    @property
    def extraction_count(self) -> int:
        """How many extractions it is made of."""
        return self.merged or len(self.parts) or 1

    def with_files(self, sha256: dict[str, str], *, rows: int) -> "Batch":
        """Return the same with its files' digests, and how many rows are in them."""
        return msgspec.structs.replace(self, sha256=sha256, rows=rows)

    def folder(self, root: Path) -> Path:
        """Return where the batch's files are."""
        return root / self.system / self.stream / self.source / self.batch_id


def committed_batches(root: Path, stream: Stream, *, source: str | None = None) -> Iterator[Batch]:
    """
    Yield a stream's batches, of one source or of all, oldest first within a source.

    What another batch replaces is no batch any more, whether its files are still there or not.
    Raises NewerLandingError for what a later release wrote.
    """
    found, replaced = _found(root, stream, source=source)
    yield from (batch for batch in found if (batch.source, batch.batch_id) not in replaced)


def replaced_batches(root: Path, stream: Stream) -> Iterator[Batch]:
    """Yield the batches of a stream that another one replaced and that are still there."""
    found, replaced = _found(root, stream)
    yield from (batch for batch in found if (batch.source, batch.batch_id) in replaced)


def _found(
    root: Path, stream: Stream, *, source: str | None = None
) -> tuple[list[Batch], set[tuple[str, str]]]:
    folder = root / stream.system / stream.name
    manifests = (
        matching(folder / source, f"*/{MANIFEST}")
        if source
        else matching(folder, f"*/*/{MANIFEST}")
    )
    found = list(_read(manifests))
    return found, {(batch.source, name) for batch in found for name in batch.replaces}


def every_part(root: Path, batch: Batch) -> tuple[Part, ...]:
    """Return what each of many said that a batch is made of, in order of time; else nothing."""
    if PARTS not in batch.sha256:
        return batch.parts
    packed = (batch.folder(root) / PARTS).read_bytes()
    return msgspec.json.decode(zstandard.decompress(packed), type=tuple[Part, ...])


def merged_name(parts: Sequence[Part]) -> str:
    """Return the id of a batch of many: after the last of them, before whatever landed next."""
    return f"{parts[-1].batch_id}{OF}{len(parts):06d}"


def extractions_named(batch_id: str) -> tuple[str, int]:
    """Return the last extraction in a batch, and how many there are, as its id says."""
    last, _, count = batch_id.partition(OF)
    return last, int(count or 1)


def write_parts(file: Path, parts: Sequence[Part]) -> None:
    """Write what each of the parts of a batch said."""
    file.write_bytes(zstandard.compress(msgspec.json.encode(parts)))


def every_batch(root: Path) -> Iterator[Batch]:
    """Yield every batch of every stream that has a manifest, replaced or not."""
    yield from _read(matching(root, f"*/*/*/*/{MANIFEST}"))


def _read(manifests: Sequence[Path]) -> Iterator[Batch]:
    """Yield what manifests say; those that this process has read lately are not read again."""
    signs = {path: sign(path) for path in manifests}
    unread = [path for path in manifests if signs[path] not in _kept]
    read = {path: _decoded(path, content) for path, content in contents(unread)}
    batches = {path: read.get(path) or _kept.get(signs[path]) for path in manifests}
    for path, batch in batches.items():
        if batch is not None:
            _keep(signs[path], batch)
            yield batch


def _decoded(path: Path, content: bytes) -> Batch:
    try:
        found = msgspec.json.decode(content, type=_Format).format
        if found > FORMAT:
            raise NewerLandingError(path, found)
        return msgspec.json.decode(content, type=Batch)
    except msgspec.DecodeError as error:
        raise DamagedManifestError(path, str(error)) from error


def _keep(known_by: Sign, batch: Batch) -> None:
    _kept[known_by] = batch
    while len(_kept) > MOST_KEPT:
        _kept.pop(next(iter(_kept)), None)


class _Format(msgspec.Struct):
    format: int = 1


def landed_sources(root: Path, system: System) -> tuple[str, ...]:
    """Return the sources of a system (stores, or the ERP itself) that have landed anything."""
    manifests = matching(root / system, f"*/*/*/{MANIFEST}")
    return tuple(sorted({path.parts[-3] for path in manifests}))


def commit(root: Path, batch: Batch, *, made_in: Path | None = None) -> None:
    """
    Make a batch exist: its files are where they stay before its manifest has its name.

    A batch for a store is taken there from the folder that it was `made_in`.
    """
    folder = batch.folder(root)
    manifest = msgspec.json.format(msgspec.json.encode(batch))
    if is_store(root) and made_in is not None:
        for name in batch.sha256:
            put_file(made_in / name, folder / name)
        put_bytes(manifest, folder / MANIFEST)
        shutil.rmtree(made_in)
        return
    for name in batch.sha256:
        flush(folder / name)
    waiting = folder / f".{MANIFEST}"
    waiting.write_bytes(manifest)
    flush(waiting)
    waiting.replace(folder / MANIFEST)
    for directory in (folder, *list(folder.parents)[:4]):
        flush(directory)


def remove_batch(folder: Path) -> None:
    """Remove a batch, its manifest first: what is left of one counts for nothing."""
    (folder / MANIFEST).unlink(missing_ok=True)
    remove_folder(folder)


def checksum(path: Path) -> str:
    """Return the SHA-256 of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def flush(path: Path) -> None:
    """Bring a file, or the names in a folder, to the disk: a machine may lose its power."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
