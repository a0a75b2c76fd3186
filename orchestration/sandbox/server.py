"""The sandbox as a server on loopback: books opened or loaded, both systems served."""

import json
import socket
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import uvicorn
from starlette.applications import Starlette

from orchestration.sandbox import routes
from orchestration.sandbox.credentials import Credentials, credentials
from orchestration.sandbox.erp_access import ErpAccess
from orchestration.sandbox.erp_account import Account
from orchestration.sandbox.erp_api import ErpApi
from orchestration.sandbox.erp_books import ErpBooks
from orchestration.sandbox.erp_records import rows_of
from orchestration.sandbox.oauth import TokenDesk
from orchestration.sandbox.outbox import Outbox
from orchestration.sandbox.source import MARKER, FileSource, Source, write_loaded
from orchestration.sandbox.storefront_access import AccessDesk
from orchestration.sandbox.storefront_api import StorefrontApi
from orchestration.sandbox.storefront_books import StorefrontBooks
from orchestration.sandbox.storefront_limits import Limits
from orchestration.sandbox.storefront_records import records_of
from orchestration.sandbox.token_based import SignatureDesk

HOST = "127.0.0.1"
START_SECONDS = 20.0
Clock = Callable[[], datetime]
UNLIMITED = Limits()


def _now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True)
class RunningSandbox:
    """A sandbox that answers."""

    url: str
    environment: dict[str, str]
    server: uvicorn.Server
    storefront: StorefrontApi
    books: "Books"

    def stop(self) -> None:
        """Ask the server to end after the requests it is answering."""
        self.server.should_exit = True


@dataclass(frozen=True)
class Books:
    """What a sandbox's folder holds."""

    storefront: StorefrontBooks
    erp: ErpBooks
    credentials: Credentials
    account: Account
    outbox: Path

    def close(self) -> None:
        """Close both files."""
        self.storefront.close()
        self.erp.close()


def open_books(
    directory: Path, source: Source | Sequence[Path], account: Account | None = None
) -> Books:
    """
    Open the books of a folder; where there are none, load them from their source.

    Loading is whole or not at all: a marker is written last, and a folder without it is made anew.
    Raises ScenarioError for a file that cannot be served.
    """
    account = account or Account()
    directory.mkdir(parents=True, exist_ok=True)
    is_loaded = (directory / MARKER).exists()
    if not is_loaded:
        for stale in (*directory.glob("storefront.sqlite*"), *directory.glob("erp.duckdb*")):
            stale.unlink()
    storefront = StorefrontBooks(directory / "storefront.sqlite")
    erp = ErpBooks(directory / "erp.duckdb", zone=account.zone)
    if not is_loaded:
        if not isinstance(source, Source):
            source = FileSource(tuple(source))
        scenarios = source.scenarios()
        storefront.load(record for scenario in scenarios for record in records_of(scenario))
        erp.load(row for scenario in scenarios for row in rows_of(scenario))
        source.write_truth(directory)
        write_loaded(directory, source, scenarios)
    made = credentials(directory, storefront.stores)
    return Books(storefront, erp, made, account, directory / "outbox.jsonl")


def storefront_of(books: Books, clock: Clock, limits: Limits) -> StorefrontApi:
    """Return the storefront over its books."""
    desk = AccessDesk(books.credentials.tokens, books.credentials.app, clock)
    return StorefrontApi(books.storefront, desk, clock, limits=limits)


def application(books: Books, storefront: StorefrontApi, clock: Clock) -> Starlette:
    """Return both systems over their books as one application."""
    access = ErpAccess(
        TokenDesk(books.credentials.certificates(), books.credentials.client_id),
        SignatureDesk(books.account.account_id, books.credentials.pair),
        clock,
    )
    erp = ErpApi(books.erp, access, books.account, clock)
    return routes.application(
        storefront, erp, Outbox(books.outbox, books.credentials.outbox_secret)
    )


@contextmanager
def serve(
    directory: Path,
    source: Source | Sequence[Path],
    *,
    port: int = 0,
    clock: Clock = _now,
    limits: Limits = UNLIMITED,
    account: Account | None = None,
) -> Iterator[RunningSandbox]:
    """
    Serve a sandbox while the block runs, in a thread of this process.

    Its books stay in `directory` and are found again by the next start; port 0 takes the last
    one used where it is still free, else any.
    """
    books = open_books(directory, source, account)
    listening = _listen(port or _last_port(directory))
    running = _running(books, listening, clock, limits)
    _remember(directory, running)
    thread = threading.Thread(
        target=running.server.run, kwargs={"sockets": [listening]}, daemon=True
    )
    thread.start()
    try:
        _await_start(running.server, thread)
        yield running
    finally:
        running.stop()
        thread.join(START_SECONDS)
        books.close()


def run_forever(
    directory: Path,
    source: Source | Sequence[Path],
    *,
    port: int = 0,
    limits: Limits = UNLIMITED,
    announce: Callable[[RunningSandbox], Any],
) -> None:
    """Serve a sandbox until the process is told to stop."""
    books = open_books(directory, source)
    listening = _listen(port or _last_port(directory))
    running = _running(books, listening, _now, limits)
    _remember(directory, running)
    announce(running)
    try:
        running.server.run(sockets=[listening])
    finally:
        books.close()


def _running(
    books: Books, listening: socket.socket, clock: Clock, limits: Limits
) -> RunningSandbox:
    url = f"http://{HOST}:{listening.getsockname()[1]}"
    storefront = storefront_of(books, clock, limits)
    storefront.bulk.url = url
    config = uvicorn.Config(
        application(books, storefront, clock), log_level="error", access_log=False, lifespan="off"
    )
    environment = books.credentials.environment(url)
    return RunningSandbox(url, environment, uvicorn.Server(config), storefront, books)


def _listen(port: int) -> socket.socket:
    listening = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((HOST, port))
    except OSError:
        listening.bind((HOST, 0))
    return listening


def _last_port(directory: Path) -> int:
    kept = directory / "environment.json"
    if not kept.exists():
        return 0
    url = str(json.loads(kept.read_text(encoding="utf-8")).get("NETSUITE_URL", ""))
    port = url.rpartition(":")[2].partition("/")[0]
    return int(port) if port.isdigit() else 0


def _remember(directory: Path, running: RunningSandbox) -> None:
    kept = directory / "environment.json"
    kept.touch(mode=0o600)
    kept.write_text(json.dumps(running.environment, indent=2), encoding="utf-8")


def _await_start(server: uvicorn.Server, thread: threading.Thread) -> None:
    ends = time.monotonic() + START_SECONDS
    while not server.started:
        if not thread.is_alive() or time.monotonic() > ends:
            raise RuntimeError("the sandbox did not start; look for another program on its port")
        time.sleep(0.01)
