"""Rows written while their records still come: in a thread Arrow reads and DuckDB writes."""

import threading
from collections.abc import Iterator, Sequence
from pathlib import Path
from queue import Full, Queue
from types import TracebackType
from typing import Self

import duckdb
import pyarrow as pa

from orchestration.extract.streams import Stream
from orchestration.landing.columns import Columns
from orchestration.landing.manifest import ROWS
from orchestration.landing.stamps import Stamp, copy_stamped
from orchestration.landing.suspects import UNFIT

# A longer record is looked at apart, after the others.
LONGEST_RECORD = 4 * 2**20
# Records are read so many bytes at a time, and as many wait that neither waits for the other.
CHUNK_BYTES = 2 * 2**20
CHUNKS_WAITING = 2
POLL_SECONDS = 0.05
ARRIVING = "arriving"


class ArrivingRows:
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
        self._columns = Columns(stream.columns)
        self._stamp = stamp
        self._error: BaseException | None = None
        self._chunk: list[bytes] = []
        self._chunk_bytes = 0
        self._chunks: Queue[list[bytes]] = Queue(maxsize=CHUNKS_WAITING)
        self._is_left = threading.Event()
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

    def take(self, records: Sequence[bytes] | None) -> None:
        """Write the rows of these records; None stands for some that have another shape."""
        if records is None or any(len(record) >= LONGEST_RECORD for record in records):
            self.are_complete = False
        if not self.are_complete:
            return
        self._chunk.extend(records or ())
        self._chunk_bytes += sum(map(len, records or ()))
        if self._chunk_bytes >= CHUNK_BYTES:
            self._give()

    def done(self) -> None:
        """Wait until every row is written."""
        self._end()
        if self._error is not None:
            raise self._error

    def _end(self) -> None:
        if self._thread.is_alive():
            self._give()
            self._put([])
        self._thread.join()

    def _give(self) -> None:
        if self._chunk:
            self._put(self._chunk)
        self._chunk, self._chunk_bytes = [], 0

    def _put(self, chunk: list[bytes]) -> None:
        """Give a chunk, and wait while too many are not yet read; an empty one is the end."""
        while not self._is_left.is_set():
            try:
                self._chunks.put(chunk, timeout=POLL_SECONDS)
            except Full:
                continue
            return

    def _write(self) -> None:
        try:
            with self._connection.cursor() as cursor:
                schema = self._columns.schema(cursor)
                arriving = pa.RecordBatchReader.from_batches(schema, self._read(schema))
                cursor.register(ARRIVING, arriving)
                # The other core fetches; of several threads each would hold rows until its turn.
                cursor.execute("set threads = 1")
                try:
                    select = self._columns.select_from(ARRIVING)
                    copy_stamped(cursor, select, self._file, stamp=self._stamp)
                finally:
                    cursor.execute("reset threads")
                    cursor.unregister(ARRIVING)
        except UNFIT:
            self.are_complete = False
        except BaseException as error:  # noqa: BLE001 - raised again where the caller waits
            self._error = error
        finally:
            self._is_left.set()

    def _read(self, schema: pa.Schema) -> Iterator[pa.RecordBatch]:
        """Yield the records of each chunk, up to the first that does not fit."""
        while chunk := self._chunks.get():
            try:
                yield from self._columns.read(chunk, schema).to_batches()
            except pa.ArrowException:
                self.are_complete = False
                return
