"""The steps that bring a ledger to this program's schema; a step once released never changes."""

from collections.abc import Callable
from datetime import datetime

from sqlalchemy import Connection, func, inspect, select

from orchestration.ledger.chain import GENESIS
from orchestration.ledger.decision_tables import decision_metadata
from orchestration.ledger.errors import LedgerNewerError
from orchestration.ledger.schema import chain_head, metadata, schema_version

# Any number, the same for every program that opens a ledger.
ADVISORY_LOCK = 7_302_114

APPEND_ONLY = {
    "sqlite": (
        "create trigger {table}_is_append_only_{verb} before {verb} on {table}"
        " begin select raise(abort, 'the {table} is append-only'); end",
    ),
    "postgresql": (
        "create or replace function refuse_history_change() returns trigger as"
        " $$ begin raise exception 'the history is append-only'; end $$ language plpgsql",
        "create trigger {table}_is_append_only_{verb} before {verb} on {table}"
        " for each row execute function refuse_history_change()",
    ),
}


def create_first_schema(connection: Connection) -> None:
    """Create every table, and an empty history that refuses changes."""
    metadata.create_all(connection)
    connection.execute(chain_head.insert().values(id=1, sequence=0, hash=GENESIS))
    _make_append_only(connection, "history")


def create_decisions(connection: Connection) -> None:
    """Create the decisions of people, which only grow, and how breaks stand by them."""
    decision_metadata.create_all(connection)
    _make_append_only(connection, "decisions")


def _make_append_only(connection: Connection, table: str) -> None:
    for verb in ("update", "delete"):
        for statement in APPEND_ONLY.get(connection.dialect.name, ()):
            connection.exec_driver_sql(statement.format(verb=verb, table=table))


MIGRATIONS: tuple[Callable[[Connection], None], ...] = (create_first_schema, create_decisions)


def migrate(connection: Connection, *, now: datetime) -> None:
    """Bring the schema up to date within the caller's transaction; a newer one is refused."""
    if connection.dialect.name == "postgresql":
        connection.execute(select(func.pg_advisory_xact_lock(ADVISORY_LOCK)))
    found = _version(connection)
    if found > len(MIGRATIONS):
        url = connection.engine.url.render_as_string(hide_password=True)
        raise LedgerNewerError(url, found=found, known=len(MIGRATIONS))
    for version, step in enumerate(MIGRATIONS[found:], start=found + 1):
        step(connection)
        connection.execute(schema_version.insert().values(version=version, applied_at=now))


def _version(connection: Connection) -> int:
    if not inspect(connection).has_table(schema_version.name):
        return 0
    return connection.execute(select(func.max(schema_version.c.version))).scalar() or 0
