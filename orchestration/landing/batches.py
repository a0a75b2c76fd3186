"""Landing one extraction: the answers as received, their rows, and the manifest that commits."""

import shutil
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from io import BufferedWriter, RawIOBase
from itertools import count
from pathlib import Path
from secrets import token_hex
from typing import IO, NoReturn, cast

import msgspec
import zstandard
from zstandard import ZstdCompressionParameters, ZstdCompressor

from orchestration.extract.errors import UnreadableAnswerError
from orchestration.extract.streams import Stream
from orchestration.landing.arriving import LONGEST_RECORD, ArrivingRows
from orchestration.landing.manifest import (
    ANSWERS,
    MANIFEST,
    REJECTS,
    ROWS,
    Batch,
    checksum,
    commit,
)
from orchestration.landing.rows import Converted, convert
from orchestration.landing.sessions import connect
from orchestration.landing.shapes import Shape
from orchestration.landing.stamps import Stamp
from orchestration.landing.store import is_store, matching, put_bytes, remove_folder, workplace

# Beside the streams of a system: answers of which nothing could land.
UNREADABLE = "_unreadable"
# Pages repeat each other: a window of 4 MiB finds more of that, in two thirds of the time.
OF_ANSWERS = ZstdCompressionParameters.from_level(3, window_log=22)
# Whoever compresses lets the other threads go on, and waits for its turn after each time.
ANSWERS_AT_ONCE = 2**20
# Longer than an upload takes.
AT_WORK = timedelta(days=1)


@dataclass(frozen=True)
class Asked:
    """From when changes were asked for, the source's time before that, and whether all was."""

    since: datetime | None
    watermark: datetime | None
    is_partial: bool


def land(
    root: Path,
    stream: Stream,
    answers: Iterable[bytes],
    *,
    source: str,
    run_id: str,
    extracted_at: datetime,
    since: datetime | None,
    read_at: datetime | None = None,
    watermark: datetime | None = None,
    is_partial: bool = False,
    scratch: Path | None = None,
) -> Batch:
    """
    Write the answers and their rows as one batch, and commit it.

    `read_at` is the source's own time before which every change is among the answers, where that
    is not the newest change itself; `is_partial` as the manifest has it. A batch for a store is
    made in the `scratch` folder.

    Nothing exists until everything does: an error of the extraction, or a kill, leaves no batch.
    A record that does not fit the declared columns is kept as a reject with its reason; an answer
    that could not be read as one is kept beside the streams, and so is a census with rejects.
    No answers make a batch too: a quiet day is known to have been read.
    """
    extracted_at = extracted_at.astimezone(UTC)
    place = f"{stream.system}/{stream.name}/{source}"
    folder = _new_folder(root, place, extracted_at, run_id=run_id, scratch=scratch)
    stamp = Stamp(source=source, batch_id=folder.name, extracted_at=extracted_at, run_id=run_id)
    asked = Asked(since, watermark, is_partial)
    try:
        taken, converted = _write(folder, stream, answers, stamp=stamp)
        if stream.is_census and converted.rejects:
            _refuse_census(stream, folder, source=source, rejects=converted.rejects)
        batch = _described(
            stream,
            stamp,
            asked,
            answers=taken,
            converted=converted.as_of(read_at),
            folder=folder,
        )
        commit(root, batch, made_in=folder)
    except BaseException as error:
        shutil.rmtree(folder, ignore_errors=True)
        if isinstance(error, UnreadableAnswerError) and error.body:
            # Kept in place of an answer: a login page, half an answer.
            kept = root / stream.system / UNREADABLE / f"{folder.name}.zst"
            put_bytes(zstandard.compress(error.body), kept)
        raise
    return batch


def sweep_unfinished(root: Path, *, before: datetime, scratch: Path | None = None) -> int:
    """
    Remove what killed extractions left behind, and say how many folders that were.

    Only folders that no extraction touched since `before` go: a living one may be at work. What is
    left in a store goes a day later, for one of another machine may be.
    """
    swept = 0
    for folder in workplace(root, scratch).glob("*/*/*/*/"):
        if (folder / MANIFEST).exists():
            continue
        touched = max(path.stat().st_mtime for path in (folder, *folder.iterdir()))
        if touched < before.timestamp():
            shutil.rmtree(folder)
            swept += 1
    return swept + (_sweep_store(root, before=before - AT_WORK) if is_store(root) else 0)


def _sweep_store(root: Path, *, before: datetime) -> int:
    """Remove uploads that ended without a manifest."""
    uploads: dict[Path, list[Path]] = {}
    for file in matching(root, "*/*/*/*/*"):
        uploads.setdefault(file.parent, []).append(file)
    swept = 0
    for folder, files in uploads.items():
        if folder / MANIFEST in files:
            continue
        if max(file.stat().st_mtime for file in files) < before.timestamp():
            remove_folder(folder)
            swept += 1
    return swept


def _new_folder(
    root: Path, place: str, extracted_at: datetime, *, run_id: str, scratch: Path | None
) -> Path:
    """
    Return a folder that no other extraction has; names sort by time, then by making.

    On disk whoever makes a folder first has it. In a store nobody is first: names end in a draw.
    """
    parent = workplace(root, scratch) / place
    parent.mkdir(parents=True, exist_ok=True)
    instant = f"{extracted_at:%Y%m%dT%H%M%S%fZ}"
    start = len({file.parent for file in matching(root / place, f"{instant}-*/*")})
    sign = f"{run_id[:8]}-{token_hex(4)}" if is_store(root) else run_id[:8]
    for number in count(start):
        folder = parent / f"{instant}-{number:04d}-{sign}"
        try:
            folder.mkdir()
        except FileExistsError:
            continue
        return folder
    raise AssertionError("numbers do not end")


def _write(
    folder: Path, stream: Stream, answers: Iterable[bytes], *, stamp: Stamp
) -> tuple[int, Converted]:
    """Write the answers and their rows; return how many answers came, and what the rows are."""
    with connect(folder, longest_line=LONGEST_RECORD) as connection:
        with ArrivingRows(connection, folder, stream, stamp=stamp) as rows:
            taken, longest = _write_answers(folder / ANSWERS, answers, rows, shape=Shape(stream))
            rows.done()
        converted = convert(
            connection,
            folder,
            stream,
            stamp=stamp,
            longest_line=longest,
            are_complete=rows.are_complete,
        )
    return taken, converted


def _write_answers(
    file: Path, answers: Iterable[bytes], rows: ArrivingRows, *, shape: Shape
) -> tuple[int, int]:
    """
    Write one answer a line as it comes, and give its records to be written as rows.

    Returns how many answers there were, and the bytes of the longest.
    """
    taken = longest = 0
    with file.open("wb") as opened, _packing(opened) as kept:
        for answer in answers:
            line = _one_line(answer)
            kept.write(line + b"\n")
            taken += 1
            longest = max(longest, len(line))
            if rows.are_complete:
                rows.take(shape.records(line))
    return taken, longest


def _packing(file: IO[bytes]) -> BufferedWriter:
    packed = ZstdCompressor(compression_params=OF_ANSWERS).stream_writer(file)
    return BufferedWriter(cast("RawIOBase", packed), ANSWERS_AT_ONCE)


def _described(
    stream: Stream,
    stamp: Stamp,
    asked: Asked,
    *,
    answers: int,
    converted: Converted,
    folder: Path,
) -> Batch:
    names = (ANSWERS, ROWS, REJECTS)
    return Batch(
        system=stream.system,
        stream=stream.name,
        source=stamp.source,
        batch_id=stamp.batch_id,
        run_id=stamp.run_id,
        since=asked.since,
        watermark=asked.watermark,
        is_partial=asked.is_partial,
        extracted_at=stamp.extracted_at,
        answers=answers,
        rows=converted.rows,
        rejects=converted.rejects,
        cursor_max=converted.cursor_max,
        rejects_since=converted.rejects_since,
        sha256={name: checksum(folder / name) for name in names if (folder / name).exists()},
        columns=dict(stream.columns),
    )


def _refuse_census(stream: Stream, folder: Path, *, source: str, rejects: int) -> NoReturn:
    with (
        (folder / ANSWERS).open("rb") as file,
        zstandard.ZstdDecompressor().stream_reader(file) as answers,
    ):
        body = bytes(answers.read())
    raise UnreadableAnswerError(
        f"{source} named {rejects} {stream.name.replace('_', ' ')} that cannot be read, and"
        " without them others would seem gone: repeat, and check the role's permissions if it"
        " persists",
        body=body,
    )


def _one_line(answer: bytes) -> bytes:
    if b"\n" not in answer and b"\r" not in answer:
        return answer
    try:
        return msgspec.json.format(answer, indent=-1)
    except msgspec.DecodeError:
        return b" ".join(answer.splitlines())
