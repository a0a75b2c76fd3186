"""The whole job over a home, and the marts that it publishes."""

from datetime import UTC, datetime
from pathlib import Path

import dagster as dg
import duckdb

from orchestration.assets.publication import current
from orchestration.pipeline import run_job

AS_OF = datetime(2026, 3, 20, tzinfo=UTC)
TABLES = "select table_name from information_schema.tables where table_schema = 'marts' order by 1"


def marts_of_a_run(home: Path) -> dict[str, list[str]]:
    """Run the job that reconciles, and return every row of every mart as text."""
    with dg.DagsterInstance.ephemeral() as instance:
        outcome = run_job("reconcile_returns", instance=instance, as_of=AS_OF)
    assert outcome.is_success, outcome.problems
    with duckdb.connect(current(home / "published"), read_only=True) as connection:
        return rows_of(connection)


def rows_of(connection: duckdb.DuckDBPyConnection) -> dict[str, list[str]]:
    """Return every row of every mart of a database as text."""
    tables = [name for (name,) in connection.execute(TABLES).fetchall()]
    return {
        name: sorted(map(repr, connection.execute(f"select * from marts.{name}").fetchall()))
        for name in tables
    }
