"""Bulk operations of the storefront: a query run to its end, its records as one JSONL file."""

import json
import secrets
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from orchestration.sandbox.storefront_paging import page
from orchestration.sandbox.storefront_wire import Record

SLOTS = 5
RUNNING = ("CREATED", "RUNNING")


@dataclass(frozen=True)
class Outcome:
    """How an operation ends; whatever is not said is as the records have it."""

    status: str = "COMPLETED"
    error_code: str | None = None
    is_link_dead: bool = False


@dataclass
class Operation:
    """One operation of one store, and the file that it made."""

    id: str
    store: str
    query: str
    created_at: datetime
    ready_at: float
    lines: list[bytes]
    root_count: int
    outcome: Outcome
    token: str = field(default_factory=lambda: secrets.token_hex(16))

    @property
    def body(self) -> bytes:
        """The file."""
        return b"".join(self.lines)


@dataclass
class BulkDesk:
    """
    The operations of every store; they are gone when the sandbox stops.

    An operation runs for `seconds`. `next_outcome` says how the next one to be started ends, and
    `taken` how many slots another user of the app holds.
    """

    url: str = ""
    seconds: float = 0.0
    ticks: Callable[[], float] = time.monotonic
    next_outcome: Outcome = field(default_factory=Outcome)
    taken: int = 0
    operations: dict[str, Operation] = field(default_factory=dict)

    def start(self, store: str, query: str, data: Record, *, now: datetime) -> Record:
        """Answer `bulkOperationRunQuery` for a query that was found sound and was executed."""
        running = [found["id"] for found in self.of_store(store) if found["status"] in RUNNING]
        if len(running) + self.taken >= SLOTS:
            said = (
                f"A bulk query operation for this app and shop is already in progress: {running}."
            )
            return refused(said, code="OPERATION_IN_PROGRESS")
        number = 5_000_001 + len(self.operations)
        roots = list(_roots(data))
        operation = Operation(
            id=f"gid://shopify/BulkOperation/{number}",
            store=store,
            query=query,
            created_at=now,
            ready_at=self.ticks() + self.seconds,
            lines=[*_lines(roots)],
            root_count=len(roots),
            outcome=self.next_outcome,
        )
        self.next_outcome = Outcome()
        self.operations[operation.id] = operation
        # However fast it is, it has not begun when it is answered.
        begun = self._told(operation) | {"status": "CREATED", "completedAt": None, "url": None}
        return {"bulkOperation": begun, "userErrors": []}

    def find(self, store: str, operation_id: str) -> Record | None:
        """Return how an operation stands."""
        operation = self.operations.get(operation_id)
        is_own = operation is not None and operation.store == store
        return self._told(operation) if operation and is_own else None

    def of_store(self, store: str) -> list[Record]:
        """Return how a store's operations stand, newest first."""
        own = [found for found in self.operations.values() if found.store == store]
        return [self._told(operation) for operation in reversed(own)]

    def file(self, token: str) -> bytes | None:
        """Return the file that a signed address names; None where the address is of no use."""
        for operation in self.operations.values():
            if operation.token == token and not operation.outcome.is_link_dead:
                return operation.body
        return None

    def _told(self, operation: Operation) -> Record:
        is_running = self.ticks() < operation.ready_at
        outcome = operation.outcome
        status = "RUNNING" if is_running else outcome.status
        is_done = status == "COMPLETED"
        url = f"{self.url}/bulk/{operation.token}.jsonl" if operation.lines else None
        ended = operation.created_at + timedelta(seconds=self.seconds)
        return {
            "__typename": "BulkOperation",
            "id": operation.id,
            "query": operation.query,
            "type": "QUERY",
            "status": status,
            "errorCode": None if is_running else outcome.error_code,
            "createdAt": _stamp(operation.created_at),
            "completedAt": _stamp(ended) if is_done else None,
            "objectCount": str(len(operation.lines)),
            "rootObjectCount": str(operation.root_count),
            "fileSize": str(len(operation.body)) if is_done and operation.lines else None,
            "url": url if is_done else None,
            "partialDataUrl": url if status == "FAILED" else None,
        }


def refused(message: str, *, code: str = "INVALID") -> Record:
    """Return the answer to an operation that is not started."""
    errors = [{"field": ["query"], "message": message, "code": code}]
    return {"bulkOperation": None, "userErrors": errors}


def every(records: list[Any], key: Callable[[Any], list[str]] | None) -> Record:
    """Return a connection whole: a bulk operation knows no pages."""
    pages = []
    after = None
    while True:
        found = page(records, {"first": 250, "after": after}, key=key)
        pages += found["edges"]
        after = found["pageInfo"]["endCursor"]
        if not found["pageInfo"]["hasNextPage"]:
            return found | {"edges": pages, "nodes": [edge["node"] for edge in pages]}


def _roots(data: Record) -> Iterator[Record]:
    for value in data.values():
        if isinstance(value, dict) and "edges" in value:
            yield from (edge["node"] for edge in value["edges"])
        elif isinstance(value, dict):
            yield from _roots(value)


def _lines(roots: list[Record]) -> Iterator[bytes]:
    """Yield the objects of one level, then those below: children follow, not next to, parents."""
    level = [(root, None) for root in roots]
    while level:
        below: list[tuple[Record, Any]] = []
        for record, parent in level:
            own = {name: value for name, value in record.items() if not _is_connection(value)}
            below += [
                (edge["node"], record["id"])
                for value in record.values()
                if _is_connection(value)
                for edge in value["edges"]
            ]
            tied = own if parent is None else {**own, "__parentId": parent}
            yield json.dumps(tied, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"
        level = below


def _is_connection(value: Any) -> bool:
    return isinstance(value, dict) and set(value) == {"edges"}


def _stamp(moment: datetime) -> str:
    return f"{moment:%Y-%m-%dT%H:%M:%SZ}"
