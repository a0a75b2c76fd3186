"""Brings a ledger to this program's schema when it is opened."""

from pathlib import Path

from sqlalchemy import Column, Connection, MetaData, String, Table, func, inspect, select

from orchestration.ledger.errors import LedgerNewerError

STEPS = Path(__file__).with_name("migrations")
VERSION_TABLE = "ledger_version"
KNOWN = ("1", "2", "3", "4", "5", "6")
# Any number, the same for every program that opens a ledger.
ADVISORY_LOCK = 7_302_114

version_table = Table(VERSION_TABLE, MetaData(), Column("version_num", String(32)))
# How the first release kept its version.
FIRST_RELEASE = "ledger_schema"


def migrate(connection: Connection) -> None:
    """Bring the schema up to date within the caller's transaction; a newer one is refused."""
    if connection.dialect.name == "postgresql":
        connection.execute(select(func.pg_advisory_xact_lock(ADVISORY_LOCK)))
    found = _version(connection)
    if found == KNOWN[-1]:
        return
    if found is not None and found not in KNOWN:
        url = connection.engine.url.render_as_string(hide_password=True)
        raise LedgerNewerError(url, found=found, known=KNOWN[-1])
    # Alembic takes a third of a second to load: only where there is something to do.
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(STEPS))
    config.attributes["connection"] = connection
    if found is None and inspect(connection).has_table(FIRST_RELEASE):
        command.stamp(config, "1")
    command.upgrade(config, "head")


def _version(connection: Connection) -> str | None:
    if not inspect(connection).has_table(VERSION_TABLE):
        return None
    return connection.execute(select(version_table.c.version_num)).scalar()
