"""Dagster's history of a home's runs, in SQLite files that stay open while they are written."""

import sqlite3
import threading
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any, Self

from dagster._core.storage.event_log import SqliteEventLogStorage
from dagster._core.storage.runs import SqliteRunStorage
from dagster._serdes import ConfigurableClassData
from sqlalchemy import Connection, Engine, QueuePool, create_engine, event
from sqlalchemy.pool import ConnectionPoolEntry

# The index of all runs and the runs that somebody looks at; each is a file.
MOST_OPEN = 16
BUSY_SECONDS = 60.0


class OpenFiles:
    """
    SQLite files by address, each open from its first use on, the latest of them.

    A run has a thousand events. On a connection of its own each would cost an engine, with every
    statement compiled anew, and a copy of the file's journal when it closes. Nor is a flush waited
    for: the journal keeps the files whole and in order, and what the machine had not yet written
    when its power failed is history of a run, and no decision or evidence.
    """

    def __init__(self) -> None:
        self._engines: dict[str, Engine] = {}
        self._lock = threading.RLock()

    def __contains__(self, address: str) -> bool:
        return address in self._engines

    @contextmanager
    def connection(self, address: str) -> Iterator[Connection]:
        """Yield a connection in a transaction, which is committed where nothing is raised."""
        with self._lock, self._engine(address).begin() as connection:
            yield connection

    def close(self) -> None:
        """Close every file; one that is used again is opened again."""
        with self._lock:
            while self._engines:
                self._engines.popitem()[1].dispose()

    def forget(self, address: str) -> None:
        """Close one file, where it is open."""
        with self._lock:
            if address in self._engines:
                self._engines.pop(address).dispose()

    def _engine(self, address: str) -> Engine:
        if address not in self._engines:
            if len(self._engines) == MOST_OPEN:
                self._engines.pop(next(iter(self._engines))).dispose()
            opened = create_engine(
                address, poolclass=QueuePool, connect_args={"timeout": BUSY_SECONDS}
            )
            event.listen(opened, "connect", _write_without_a_flush)
            self._engines[address] = opened
        return self._engines[address]


class OpenEventLog(SqliteEventLogStorage):
    """Dagster's event log in open files: an index, and a file for each run."""

    def __init__(self, base_dir: str, inst_data: ConfigurableClassData | None = None) -> None:
        self._files = OpenFiles()
        super().__init__(base_dir, inst_data)

    @classmethod
    def from_config_value(
        cls, inst_data: ConfigurableClassData | None, config_value: Mapping[str, Any]
    ) -> Self:
        """Return the storage that a dagster.yaml configures."""
        return cls(inst_data=inst_data, **config_value)

    @contextmanager
    def run_connection(self, run_id: str | None = None) -> Iterator[Connection]:
        """Yield a connection to a run's file, which is made where there is none."""
        address = self.conn_string_for_shard(str(run_id))
        if address not in self._files:
            with super().run_connection(run_id):
                pass
        with self._files.connection(address) as connection:
            yield connection

    def index_connection(self) -> AbstractContextManager[Connection]:
        """Yield a connection to the index of all runs."""
        return self.run_connection("index")

    def has_table(self, table_name: str) -> bool:
        """Return whether the index has a table: each event asks."""
        with self.index_connection() as connection:
            return bool(connection.dialect.has_table(connection, table_name))

    def delete_events(self, run_id: str) -> None:
        """Delete what is known of a run, and its file: Dagster would leave an empty one."""
        with self.index_connection() as connection:
            self.delete_events_for_run(connection, run_id)
        self.free_concurrency_slots_for_run(run_id)
        self._files.forget(self.conn_string_for_shard(run_id))
        for file in Path(self.path_for_shard(run_id)).parent.glob(f"{run_id}.db*"):
            file.unlink(missing_ok=True)

    def wipe(self) -> None:
        """Delete every event, and the files of the runs."""
        self._files.close()
        super().wipe()

    def dispose(self) -> None:
        """Close the files."""
        self._files.close()
        super().dispose()


class OpenRuns(SqliteRunStorage):
    """Dagster's list of runs in an open file."""

    def __init__(self, conn_string: str, inst_data: ConfigurableClassData | None = None) -> None:
        self._files = OpenFiles()
        super().__init__(conn_string, inst_data)

    @classmethod
    def from_config_value(
        cls, inst_data: ConfigurableClassData | None, config_value: Mapping[str, Any]
    ) -> Self:
        """Return the storage that a dagster.yaml configures."""
        return cls.from_local(inst_data=inst_data, **config_value)

    @contextmanager
    def connect(self) -> Iterator[Connection]:
        """Yield a connection to the list of runs."""
        with self._files.connection(self._conn_string) as connection:
            yield connection

    def dispose(self) -> None:
        """Close the file."""
        self._files.close()
        super().dispose()


def _write_without_a_flush(connection: sqlite3.Connection, _: ConnectionPoolEntry) -> None:
    connection.execute("pragma synchronous = normal")
