"""Rows written while their records still come: DuckDB reads them in a thread."""

import os
import threading
from collections.abc import Iterable
from pathlib import Path
from queue import Full, Queue
from types import TracebackType
from typing import IO, Self, cast

import duckdb
from fsspec import AbstractFileSystem
from zstandard import ZstdCompressor

from orchestration.extract.streams import Stream
from orchestration.landing.manifest import ROWS
from orchestration.landing.reading import select_from_records
from orchestration.landing.stamps import Stamp, copy_stamped
from orchestration.landing.suspects import UNFIT

# DuckDB reads in pieces of twice this. A longer record is looked at apart, after the others.
LONGEST_RECORD = 4 * 2**20
# Compressed, of 128 KiB: as much as becomes several pieces, so that neither waits for the other.
CHUNKS_WAITING = 64
POLL_SECONDS = 0.05
PROTOCOL = "piped"
RECORDS = f"{PROTOCOL}://records.jsonl.zst"


class PipedRows:
    """
    Writes the rows of a batch's records as they are taken, on a cursor of a connection.

    Nothing is kept of a record but its row, so whoever gives them has them elsewhere too. After
    `done`, `are_complete` says whether every record fitted the declared columns; the file that is
    there otherwise is not to be used. An error that is not of the records is raised by `done`.
    """

    def __init__(
        self,
        connection: duckdb.DuckDBPyConnection,
        folder: Path,
        stream: Stream,
        *,
        stamp: Stamp,
    ) -> None:
        self.are_complete = True
        self._connection = connection
        self._file = folder / ROWS
        self._columns = stream.columns
        self._stamp = stamp
        self._error: BaseException | None = None
        self._channel = _Channel()
        self._records = ZstdCompressor(level=1).stream_writer(
            cast("IO[bytes]", self._channel), closefd=False
        )
        self._thread = threading.Thread(target=self._write, daemon=True)
        self._thread.start()

    def __enter__(self) -> Self:
        """Take records until `done`, or until the block ends."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """End the thread, whatever happened to who gives the records."""
        self._end()

    def take(self, records: Iterable[bytes] | None) -> None:
        """Write the rows of these records; None stands for some that have another shape."""
        if not self.are_complete:
            return
        if records is None:
            self.are_complete = False
            return
        try:
            for record in records:
                if len(record) >= LONGEST_RECORD:
                    self.are_complete = False
                    return
                self._records.write(record + b"\n")
        except BrokenPipeError:
            self.are_complete = False

    def done(self) -> None:
        """Wait until every row is written."""
        self._end()
        if self._error is not None:
            raise self._error

    def _end(self) -> None:
        try:
            if not self._records.closed:
                self._records.close()  # type: ignore[no-untyped-call]
                self._channel.write(b"")
        except BrokenPipeError:
            self.are_complete = False
        self._thread.join()

    def _write(self) -> None:
        select = select_from_records(RECORDS, self._columns, longest_line=LONGEST_RECORD)
        try:
            with self._connection.cursor() as cursor:
                cursor.register_filesystem(_Channels(self._channel))
                # The other core fetches; of several threads each would hold rows until its turn.
                cursor.execute("set threads = 1")
                try:
                    copy_stamped(cursor, select, self._file, stamp=self._stamp)
                finally:
                    cursor.execute("reset threads")
        except UNFIT:
            self.are_complete = False
        except BaseException as error:  # noqa: BLE001 - raised again where the caller waits
            self._error = error
        finally:
            self._channel.leave()


class _Channel:
    """Bytes from one thread to another, as DuckDB asks a file: forwards only."""

    closed = False

    def __init__(self) -> None:
        self._chunks: Queue[bytes] = Queue(maxsize=CHUNKS_WAITING)
        self._begun = b""
        self._position = 0
        self._is_left = threading.Event()

    def write(self, chunk: bytes) -> int:
        """Give a chunk, and wait while too many are not yet read; an empty one is the end."""
        while not self._is_left.is_set():
            try:
                self._chunks.put(bytes(chunk), timeout=POLL_SECONDS)
            except Full:
                continue
            return len(chunk)
        raise BrokenPipeError

    def leave(self) -> None:
        """Nobody reads any more."""
        self._is_left.set()

    def read(self, size: int) -> bytes:
        """Take what is there, at most so much; nothing is the end."""
        found, self._begun = self._begun[:size], self._begun[size:]
        if not found and not self._is_left.is_set():
            chunk = self._chunks.get()
            found, self._begun = chunk[:size], chunk[size:]
        self._position += len(found)
        return found

    def seek(self, position: int, whence: int = os.SEEK_SET) -> int:
        """Stay where it is."""
        if whence != os.SEEK_SET or position != self._position:
            raise OSError(f"a channel stands at {self._position} and cannot go to {position}")
        return position

    def tell(self) -> int:
        """Return how much was read."""
        return self._position

    def close(self) -> None:
        """Be closed by DuckDB."""


class _Channels(AbstractFileSystem):  # type: ignore[misc]
    """
    One channel, as a file system of DuckDB's.

    DuckDB keeps all that it ever read from a pipe of the operating system's; of a compressed file
    in a file system it keeps what it is at.
    """

    protocol = PROTOCOL
    cachable = False

    def __init__(self, channel: _Channel) -> None:
        super().__init__()
        self._channel = channel

    def _open(self, *_: object, **__: object) -> _Channel:
        return self._channel

    def glob(self, path: str, **_: object) -> list[str]:
        """Return the only file there is."""
        return [path]

    def info(self, path: str, **_: object) -> dict[str, object]:
        """Say that it is a file; nobody knows how long it will be."""
        return {"name": path, "size": 0, "type": "file"}
