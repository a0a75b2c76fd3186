"""Hints that a record changed: kept on disk until a run has read the record again, never data."""

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

SCHEMA = """
create table if not exists events (
    store text not null,
    event_id text not null,
    received_at text not null,
    primary key (store, event_id)
);
create index if not exists events_by_time on events (received_at);
create table if not exists hints (
    number integer primary key autoincrement,
    store text not null,
    record_id text not null
);
"""
# A delivery may be repeated for days; what is older is not recognised and read once more.
REMEMBERED = timedelta(days=7)
FILE = "hints.sqlite"


@dataclass(frozen=True)
class Waiting:
    """The ids to read again, each once, and the number of the newest hint among them."""

    ids: tuple[str, ...]
    newest: int


@dataclass(frozen=True)
class Hints:
    """The hints of every store, in one SQLite file that several processes may open."""

    file: Path

    @classmethod
    def of(cls, home: Path) -> "Hints":
        """Return the hints of a home."""
        return cls(home / FILE)

    def add(self, store: str, event_id: str, ids: Sequence[str], *, now: datetime) -> bool:
        """Keep what one event names, on disk before this returns; False for a known event."""
        with self._opened() as connection:
            forgotten = (now - REMEMBERED).isoformat()
            connection.execute("delete from events where received_at < ?", (forgotten,))
            known = connection.execute(
                "insert or ignore into events values (?, ?, ?)",
                (store, event_id, now.isoformat()),
            )
            if not known.rowcount:
                return False
            connection.executemany(
                "insert into hints (store, record_id) values (?, ?)",
                [(store, record_id) for record_id in ids],
            )
        return True

    def waiting(self, store: str) -> Waiting:
        """Return what a store's hints ask to be read."""
        if not self.file.exists():
            return Waiting((), 0)
        with self._opened() as connection:
            rows = connection.execute(
                "select record_id, max(number) from hints where store = ? group by record_id",
                (store,),
            ).fetchall()
        return Waiting(tuple(sorted(row[0] for row in rows)), max([0, *(row[1] for row in rows)]))

    def done(self, store: str, waiting: Waiting) -> None:
        """Forget the hints that were read; those that came meanwhile stay."""
        if not waiting.ids:
            return
        with self._opened() as connection:
            connection.execute(
                "delete from hints where store = ? and number <= ?", (store, waiting.newest)
            )

    @contextmanager
    def _opened(self) -> Iterator[sqlite3.Connection]:
        self.file.parent.mkdir(parents=True, exist_ok=True)
        connection = sqlite3.connect(self.file, timeout=30, isolation_level=None)
        try:
            connection.execute("pragma journal_mode = wal")
            connection.execute("pragma synchronous = full")
            connection.executescript(SCHEMA)
            connection.execute("begin immediate")
            yield connection
            connection.execute("commit")
        finally:
            connection.close()
