"""Answers that do not fit as a whole: each record tried apart, the unfit ones set aside."""

# ruff: noqa: S608 - names are declared in code, and literals are quoted by this room.

import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import duckdb
import msgspec
import zstandard

from orchestration.extract.streams import Stream
from orchestration.landing.reading import select_from_records
from orchestration.landing.shapes import Shape

UNFIT = (duckdb.InvalidInputException, duckdb.ConversionException)
PLACE = re.compile(r'^.*? in file ".*?",? (?:at byte \d+ )?in line (?P<line>\d+): ')
ENVELOPE = dict[str, msgspec.Raw]


@dataclass(frozen=True)
class Reject:
    """A record that does not fit its stream's declared columns, as received, and why."""

    record: str
    reason: str


@dataclass(frozen=True)
class _Misfit:
    """Why some record does not fit, and which may be the one."""

    reason: str
    position: int | None


def sort_out(
    connection: duckdb.DuckDBPyConnection, answers: Path, fitting: Path, *, stream: Stream
) -> list[Reject]:
    """Write the records that fit to `fitting`, one a line, and return those that do not."""
    rejects: list[Reject] = []
    shape = Shape(stream)
    with fitting.open("wb") as accepted:
        for answer in _lines(answers):
            try:
                records = _records(answer, stream)
            except (msgspec.MsgspecError, RecursionError) as error:
                rejects.append(Reject(_text(answer), f"no list of records: {error}"))
                continue
            shaped = []
            for record in records:
                reason = shape.misfit(record)
                if reason is None:
                    shaped.append(record)
                else:
                    rejects.append(Reject(_text(record), reason))
            trial = _Trial(connection, fitting.with_suffix(".trial"), stream=stream)
            rejects += trial.keep_fitting(shaped, accepted)
    fitting.with_suffix(".trial").unlink(missing_ok=True)
    return rejects


class _Trial:
    """
    Tries records together, and parts of them, until each either fits or is known not to.

    The line in DuckDB's message is a hint to be tried: for values inside lists it is not the
    record's own.
    """

    def __init__(
        self, connection: duckdb.DuckDBPyConnection, scratch: Path, *, stream: Stream
    ) -> None:
        self._connection = connection
        self._scratch = scratch
        self._stream = stream

    def keep_fitting(self, records: list[bytes], accepted: BinaryIO) -> Iterator[Reject]:
        """Append the records that fit to the file, and yield the others."""
        untried = [records]
        while untried:
            part = untried.pop()
            misfit = self._misfit(part) if part else None
            if misfit is None:
                accepted.write(b"".join(record + b"\n" for record in part))
            elif len(part) == 1:
                yield Reject(_text(part[0]), misfit.reason)
            else:
                untried += self._parts(part, misfit.position)

    def _parts(self, records: list[bytes], hint: int | None) -> list[list[bytes]]:
        if hint is not None and hint < len(records) and self._misfit([records[hint]]):
            return [records[:hint] + records[hint + 1 :], [records[hint]]]
        middle = len(records) // 2
        return [records[:middle], records[middle:]]

    def _misfit(self, records: list[bytes]) -> _Misfit | None:
        self._scratch.write_bytes(b"".join(record + b"\n" for record in records))
        select = select_from_records(
            self._scratch, self._stream.columns, longest_line=max(map(len, records))
        )
        try:
            self._connection.execute(f"create or replace temp table trial as {select}")
        except UNFIT as error:
            said = str(error).splitlines()[0]
            place = PLACE.match(said)
            line = place and place["line"]
            return _Misfit(PLACE.sub("", said), int(line) - 1 if line else None)
        missing = keyless(self._connection, "trial", stream=self._stream)
        reason = f"{missing} is missing, which identifies the record"
        return _Misfit(reason, None) if missing else None


def keyless(connection: duckdb.DuckDBPyConnection, relation: str, *, stream: Stream) -> str | None:
    """Return the first key column that is null in some row of a relation."""
    nulls = ", ".join(f'count(*) filter (where "{name}" is null)' for name in stream.key)
    counts = connection.execute(f"select {nulls} from {relation}").fetchone() or ()
    return next((name for name, found in zip(stream.key, counts, strict=True) if found), None)


def _lines(path: Path) -> Iterator[bytes]:
    with zstandard.open(path, "rb") as file:
        yield from io.BufferedReader(file)


def _records(answer: bytes, stream: Stream) -> list[bytes]:
    value = msgspec.Raw(answer)
    for name in stream.records:
        if bytes(value) == b"null":
            return []
        value = msgspec.json.decode(value, type=ENVELOPE).get(name, msgspec.Raw(b"null"))
    records = msgspec.json.decode(value, type=list[msgspec.Raw] | None) or []
    return [bytes(record) for record in records if bytes(record) != b"null"]


def _text(record: bytes) -> str:
    return record.decode(errors="replace").rstrip("\n")
