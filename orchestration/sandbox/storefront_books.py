"""A storefront's books: its records as JSON in one SQLite file, read whole and written through."""

import json
import sqlite3
from collections.abc import Iterable
from pathlib import Path
from threading import RLock
from typing import Any

Record = dict[str, Any]

SCHEMA = """
create table if not exists records (
    store text not null,
    id text not null,
    kind text not null,
    body text not null,
    primary key (store, id)
);
create table if not exists requests (
    store text not null,
    key text not null,
    fingerprint text not null,
    answer text not null,
    made_at text not null,
    primary key (store, key)
);
"""


class StorefrontBooks:
    """
    What every store recorded, and what was asked of it under an idempotency key.

    Records are kept in memory too; a write is on disk before it is answered.
    """

    def __init__(self, path: Path | str) -> None:
        self.lock = RLock()
        self._connection = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
        self._connection.execute("pragma journal_mode = wal")
        self._connection.execute("pragma synchronous = full")
        self._connection.executescript(SCHEMA)
        self._records: dict[str, dict[str, Record]] = {}
        self._kinds: dict[tuple[str, str], dict[str, Record]] = {}
        for store, body in self._connection.execute("select store, body from records"):
            self._keep(store, json.loads(body))

    @property
    def stores(self) -> list[str]:
        """The stores that have records."""
        return sorted(self._records)

    def load(self, records: Iterable[tuple[str, Record]]) -> None:
        """Write the first records of the stores, all or none; a record known already stays."""
        with self._writing():
            for store, record in records:
                if record["id"] not in self._records.get(store, {}):
                    self._put(store, record)

    def replace(self, store: str, record: Record) -> None:
        """Write a record as it is now, as somebody in the shop's admin would."""
        with self._writing():
            self._put(store, record)

    def delete(self, store: str, record_id: str) -> None:
        """Remove a record for good; whatever names it finds nothing."""
        with self._writing():
            self._connection.execute(
                "delete from records where store = ? and id = ?", (store, record_id)
            )
            record = self._records[store].pop(record_id)
            del self._kinds[store, record["__typename"]][record_id]

    def get(self, store: str, record_id: str) -> Record | None:
        """Return a record by its global id."""
        return self._records.get(store, {}).get(record_id)

    def of_kind(self, store: str, kind: str) -> list[Record]:
        """Return a store's records of one kind."""
        with self.lock:
            return list(self._kinds.get((store, kind), {}).values())

    def answered(self, store: str, key: str) -> tuple[str, Record, str] | None:
        """Return what was asked under a key, what was answered, and when; None for a new key."""
        row = self._connection.execute(
            "select fingerprint, answer, made_at from requests where store = ? and key = ?",
            (store, key),
        ).fetchone()
        return None if row is None else (row[0], json.loads(row[1]), row[2])

    def apply(
        self,
        store: str,
        records: Iterable[Record],
        *,
        key: str,
        fingerprint: str,
        answer: Record,
        at: str,
    ) -> None:
        """Write changed records and remember the request that changed them, in one transaction."""
        with self._writing():
            for record in records:
                self._put(store, record)
            self._connection.execute(
                "insert or replace into requests values (?, ?, ?, ?, ?)",
                (store, key, fingerprint, json.dumps(answer), at),
            )

    def put(self, store: str, records: Iterable[Record]) -> None:
        """Write changed records, in one transaction; nobody asked for them under a key."""
        with self._writing():
            for record in records:
                self._put(store, record)

    def close(self) -> None:
        """Close the file."""
        self._connection.close()

    def _put(self, store: str, record: Record) -> None:
        self._connection.execute(
            "insert or replace into records values (?, ?, ?, ?)",
            (store, record["id"], record["__typename"], json.dumps(record)),
        )
        self._keep(store, record)

    def _keep(self, store: str, record: Record) -> None:
        self._records.setdefault(store, {})[record["id"]] = record
        self._kinds.setdefault((store, record["__typename"]), {})[record["id"]] = record

    def _writing(self) -> "_Transaction":
        return _Transaction(self._connection, self.lock)


class _Transaction:
    """All of a block's writes or none, one writer at a time."""

    def __init__(self, connection: sqlite3.Connection, lock: "RLock") -> None:
        self._connection, self._lock = connection, lock

    def __enter__(self) -> None:
        self._lock.acquire()
        self._connection.execute("begin immediate")

    def __exit__(self, kind: object, error: object, trace: object) -> None:
        self._connection.execute("commit" if kind is None else "rollback")
        self._lock.release()
