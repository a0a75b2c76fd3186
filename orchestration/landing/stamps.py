"""What every landed row says of its batch, and the writing of rows that say it."""

# ruff: noqa: S608 - names are declared in code, and literals are quoted by this room.

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import duckdb

from orchestration.landing.reading import literal

STAMPS = {
    "_store": "VARCHAR",
    "_batch_id": "VARCHAR",
    "_extracted_at": "TIMESTAMPTZ",
    "_run_id": "VARCHAR",
}
# A group is held in memory until it is written, and an order has kilobytes of lines.
ROWS_A_GROUP = 8_192


@dataclass(frozen=True)
class Stamp:
    """What is known of every row of a batch."""

    source: str
    batch_id: str
    extracted_at: datetime
    run_id: str

    @property
    def select_list(self) -> str:
        """The underscore columns as constants."""
        values = (self.source, self.batch_id, self.extracted_at.isoformat(), self.run_id)
        return ", ".join(
            f"{literal(value)}::{kind} as {name}"
            for value, (name, kind) in zip(values, STAMPS.items(), strict=True)
        )


def copy_stamped(
    connection: duckdb.DuckDBPyConnection, select: str, file: Path, *, stamp: Stamp
) -> None:
    """Write the rows of a select, each with its stamp, to a Parquet file."""
    connection.execute(
        f"copy (select *, {stamp.select_list} from ({select})) to {literal(str(file))}"
        f" (format parquet, compression zstd, row_group_size {ROWS_A_GROUP})"
    )
