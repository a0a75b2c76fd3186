"""Opens the ledger's database: SQLite that survives a crash, or PostgreSQL."""

import re
import sqlite3
from contextlib import suppress
from pathlib import Path

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError

from orchestration.ledger.errors import LedgerUnreachableError
from orchestration.ledger.upgrade import migrate

READS = "ledger_reads"
BUSY_SECONDS = 30
# Behind a pool of transactions, such as PgBouncer's, each may come to another session of the
# server, which has not seen what was prepared in the last one.
PREPARES_NOTHING = {"psycopg": {"prepare_threshold": None}}
NO_ADDRESS = (
    "no database address: write postgresql://user:password@host:port/database, a password's signs"
    " percent-encoded, or sqlite:////folder/ledger.sqlite"
)


def database_address(url: str) -> URL | None:
    """Return an address in its parts; None where it has none, and any might be of a password."""
    try:
        # Many consoles hand an address out by the short name.
        parsed = make_url(re.sub("^postgres(?=://|\\+)", "postgresql", url))
    except (ArgumentError, ValueError):
        return None
    # Behind a bare @ the rest of a password would be taken for the host.
    is_cut = parsed.get_backend_name() != "sqlite" and url.partition("?")[0].count("@") > 1
    return None if is_cut else parsed


def open_engine(url: str) -> Engine:
    """Return an engine on a ledger whose schema is this program's; create it if it is new."""
    parsed = database_address(url)
    if parsed is None:
        raise LedgerUnreachableError("LEDGER_URL", f"that is {NO_ADDRESS}")
    shown = parsed.set(query={}).render_as_string(hide_password=True)
    try:
        engine = _engine(parsed)
        with engine.begin() as connection:
            migrate(connection)
    except (ModuleNotFoundError, NoSuchModuleError) as error:
        raise LedgerUnreachableError(shown, f"install its driver: {error}") from error
    except (DBAPIError, OSError) as error:
        reason = error.orig if isinstance(error, DBAPIError) else error
        raise LedgerUnreachableError(shown, str(reason).strip()) from error
    return engine


def is_new(url: str) -> bool:
    """Return whether opening this address would make a SQLite file that is not there yet."""
    parsed = database_address(url)
    if parsed is None:
        return False
    is_file = parsed.get_backend_name() == "sqlite" and bool(parsed.database)
    return is_file and not Path(str(parsed.database)).exists()


def reading(opened: Connection) -> Connection:
    """Return a connection whose transaction sees one moment, however many statements it has."""
    read = opened.execution_options(**{READS: True})
    if opened.dialect.name == "postgresql":
        read = read.execution_options(isolation_level="REPEATABLE READ")
    return read


def _engine(url: URL) -> Engine:
    if url.get_backend_name() != "sqlite":
        said = PREPARES_NOTHING.get(url.get_driver_name(), {})
        return create_engine(url, pool_pre_ping=True, connect_args=said)
    if url.database:
        with suppress(FileExistsError):
            Path(url.database).parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(url, connect_args={"timeout": BUSY_SECONDS})
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _prepare_sqlite(connection: sqlite3.Connection, _: object) -> None:
    """Commits reach the disk before they are reported; the driver's own transactions are off."""
    connection.isolation_level = None
    cursor = connection.cursor()
    for pragma in ("journal_mode = wal", "synchronous = full", "foreign_keys = on"):
        cursor.execute(f"pragma {pragma}")
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    """A writer takes its lock at once: one that upgraded later could not wait for another."""
    is_read = connection.get_execution_options().get(READS, False)
    connection.exec_driver_sql("begin" if is_read else "begin immediate")
