"""A whole ledger copied into a file of its own, and such a file put back into an empty ledger."""

import sqlite3
from contextlib import closing
from pathlib import Path

from sqlalchemy import Connection, Engine, Table, delete, func, select

from orchestration.ledger import chain, decision_chain
from orchestration.ledger.connection import database_address, is_new, open_engine, reading
from orchestration.ledger.decision_tables import decision_metadata
from orchestration.ledger.errors import LedgerError
from orchestration.ledger.schema import chain_head, metadata

ROWS_AT_ONCE = 1_000
NAME_A_BACKUP = "name a file that `returns backup` wrote"
# A parent stands before its children in each.
TABLES: tuple[Table, ...] = (*metadata.sorted_tables, *decision_metadata.sorted_tables)


class BackupRefusedError(LedgerError):
    """Stop: the copy would overwrite something, or would not be the whole truth."""


def backup(url: str, file: Path) -> dict[str, int]:
    """
    Copy a ledger, as of one instant, into a new SQLite file; return the rows of each table.

    The file is a ledger itself: LEDGER_URL may name it. Runs may go on meanwhile. Raises
    BackupRefusedError where the file exists, or where the ledger contradicts its own history.
    """
    if file.exists():
        raise BackupRefusedError(f"{file} exists already: name a new file")
    address = database_address(url)
    if address is not None and is_new(url):
        raise BackupRefusedError(
            f"{address.database} is no ledger that is there: check LEDGER_URL, or RETURNS_HOME"
            " where that is not set"
        )
    partial = file.with_name(f".{file.name}.partial")
    partial.unlink(missing_ok=True)
    try:
        copied = _copy(open_engine(url), open_engine(f"sqlite:///{partial}"))
        partial.replace(file)
    finally:
        for left in file.parent.glob(f"{partial.name}*"):
            left.unlink()
    return copied


def restore(url: str, file: Path) -> dict[str, int]:
    """
    Fill an empty ledger from a backup, whole or not at all; return the rows of each table.

    Raises BackupRefusedError where the file is not there or is no whole ledger, the ledger holds
    anything already, or what was restored contradicts its own history.
    """
    if not file.is_file():
        raise BackupRefusedError(f"{file} is not there: {NAME_A_BACKUP}")
    if reason := _doubt(file):
        raise BackupRefusedError(f"{file} is no whole ledger ({reason}): {NAME_A_BACKUP}")
    return _copy(open_engine(f"sqlite:///{file}"), open_engine(url))


def _doubt(file: Path) -> str | None:
    """Return why a file is no ledger that can be read to its end; it is left as it is."""
    try:
        with closing(sqlite3.connect(f"{file.absolute().as_uri()}?mode=ro", uri=True)) as opened:
            (damage,) = opened.execute("pragma quick_check(1)").fetchone()
            if damage != "ok":
                return str(damage)
            names = {name for (name,) in opened.execute("select name from sqlite_master")}
    except sqlite3.DatabaseError as error:
        return str(error)
    return None if chain_head.name in names else "it holds no history"


def _copy(source: Engine, target: Engine) -> dict[str, int]:
    try:
        with source.connect() as opened, target.begin() as written:
            read = reading(opened)
            with read.begin():
                _refuse_unless_empty(written)
                written.execute(delete(chain_head))
                copied = {table.name: _copy_table(table, read, written) for table in TABLES}
            _refuse_contradictions(written)
    finally:
        source.dispose()
        target.dispose()
    return copied


def _copy_table(table: Table, source: Connection, target: Connection) -> int:
    copied = 0
    order = list(table.primary_key.columns)
    rows = source.execution_options(yield_per=ROWS_AT_ONCE).execute(select(table).order_by(*order))
    for part in rows.mappings().partitions():
        target.execute(table.insert(), [dict(row) for row in part])
        copied += len(part)
    return copied


def _refuse_unless_empty(target: Connection) -> None:
    for table in TABLES:
        count = target.execute(select(func.count()).select_from(table)).scalar() or 0
        if count and table is not chain_head:
            raise BackupRefusedError(
                f"the ledger holds {count} row{'' if count == 1 else 's'} of {table.name} already:"
                " restore into a new one, and point LEDGER_URL at it"
            )


def _refuse_contradictions(target: Connection) -> None:
    found = [*chain.problems(target), *decision_chain.problems(target)]
    if found:
        raise BackupRefusedError(
            f"the copy contradicts its own history ({found[0]}): nothing was kept; run `returns"
            " doctor` on the ledger it came from"
        )
