"""The homes that are built: their clock, their settings, and what their marts come to."""

from datetime import UTC, datetime
from pathlib import Path

import duckdb

from orchestration.cli.profile import OWN_STATE

CLOCK = datetime(2026, 2, 20, tzinfo=UTC)
MEMORY_LIMIT = "3GB"
CONFIGURED = {"SHOPIFY_STORES": "", "NETSUITE_URL": "", **OWN_STATE}


def marts_in(publication: Path) -> dict[str, str]:
    """Return the rows and a digest, whatever the order of the rows, of every published mart."""
    with duckdb.connect(publication, read_only=True) as connection:
        tables = connection.execute(
            "select table_name from information_schema.tables where table_schema = 'marts'"
        ).fetchall()
        return {
            table: str(
                connection.execute(
                    f"select count(*), sum(hash(mart)::hugeint) from marts.{table} as mart"
                ).fetchone()
            )
            for (table,) in sorted(tables)
        }
