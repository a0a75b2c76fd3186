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

UNFIT = (duckdb.InvalidInputException, duckdb.ConversionException)
PLACE = re.compile(r'^.*? in file ".*?",? (at byte \d+ )?in line \d+: ')
ENVELOPE = dict[str, msgspec.Raw]


@dataclass(frozen=True)
class Reject:
    """A record that does not fit its stream's declared columns, as received, and why."""

    record: str
    reason: str


def sort_out(
    connection: duckdb.DuckDBPyConnection, answers: Path, fitting: Path, *, stream: Stream
) -> list[Reject]:
    """Write the records that fit to `fitting`, one a line, and return those that do not."""
    rejects: list[Reject] = []
    with fitting.open("wb") as accepted:
        for answer in _lines(answers):
            try:
                records = _records(answer, stream)
            except msgspec.MsgspecError as error:
                rejects.append(Reject(_text(answer), f"no list of records: {error}"))
                continue
            trial = _Trial(connection, fitting.with_suffix(".trial"), stream=stream)
            rejects += trial.keep_fitting(records, accepted)
    fitting.with_suffix(".trial").unlink(missing_ok=True)
    return rejects


class _Trial:
    """
    Halves a list of records until each part either fits or is one record.

    The line that DuckDB's message names is not the record's for values inside lists.
    """

    def __init__(
        self, connection: duckdb.DuckDBPyConnection, scratch: Path, *, stream: Stream
    ) -> None:
        self._connection = connection
        self._scratch = scratch
        self._stream = stream

    def keep_fitting(self, records: list[bytes], accepted: BinaryIO) -> Iterator[Reject]:
        """Append the records that fit to the file, and yield the others."""
        if not records:
            return
        reason = self._misfit(records)
        if reason is None:
            accepted.write(b"".join(record + b"\n" for record in records))
        elif len(records) == 1:
            yield Reject(_text(records[0]), reason)
        else:
            middle = len(records) // 2
            yield from self.keep_fitting(records[:middle], accepted)
            yield from self.keep_fitting(records[middle:], accepted)

    def _misfit(self, records: list[bytes]) -> str | None:
        self._scratch.write_bytes(b"".join(record + b"\n" for record in records))
        select = select_from_records(
            self._scratch, self._stream.columns, longest_line=max(map(len, records))
        )
        try:
            self._connection.execute(f"create or replace temp table trial as {select}")
        except UNFIT as error:
            return PLACE.sub("", str(error).splitlines()[0])
        missing = keyless(self._connection, "trial", stream=self._stream)
        return f"{missing} is missing, which identifies the record" if missing else None


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
