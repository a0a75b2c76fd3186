"""A home's warehouse built from what has landed in it: what the asset, a bench and a test do."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb
from dbt.artifacts.resources.types import NodeType
from dbt.artifacts.schemas.results import TestStatus
from dbt.artifacts.schemas.run import RunResult

from orchestration.assets import project
from orchestration.assets.builds import begin, build_of, end
from orchestration.assets.landed_batches import LandedBatches
from orchestration.landing import ROWS, create_source_views

MEMORY_LIMIT = "3GB"


OF_LANDED_FILE = (
    "A landed file is damaged: restore its folder from a backup of landing, or move the folder out"
    " of landing for the next run to go on without its rows"
)


class WarehouseError(RuntimeError):
    """The warehouse is held by another program, or is no database any more."""


class DamagedRowsError(RuntimeError):
    """A file of landed rows cannot be read; the message names it."""


@dataclass(frozen=True)
class Built:
    """What a build did: whether changes sufficed, and how each node of the project ended."""

    is_of_changes: bool
    results: Sequence[RunResult]

    @property
    def broken(self) -> list[RunResult]:
        """The nodes that could not be built or asked; a test that failed is none of them."""
        return [result for result in self.results if result.status in project.BROKEN]

    @property
    def failed(self) -> list[RunResult]:
        """The tests that the data did not pass."""
        return [result for result in self.results if result.status == TestStatus.Fail]

    @property
    def left_out(self) -> list[RunResult]:
        """The models that stand as they stood: a node before them broke, or its test failed."""
        return [
            result
            for result in self.results
            if result.status in project.WAITING and result.node.resource_type == NodeType.Model
        ]

    @property
    def seconds(self) -> dict[str, float]:
        """Seconds that each node took, slowest first: its SQL, and dbt's work around it."""
        slowest = sorted(self.results, key=lambda result: -result.execution_time)
        return {result.node.name: result.execution_time for result in slowest}


def build_home(
    home: Path,
    *,
    as_of: datetime,
    variables: Mapping[str, Any],
    select: Sequence[str] = (),
    everything: bool = False,
    memory_limit: str = MEMORY_LIMIT,
    landing: Path | None = None,
) -> Built:
    """
    Build and test the models of `home` over a landing, by default its own, as of a clock.

    Only what changed since the last build is built where that suffices, unless `everything` is
    asked for; a selection is always built whole. A build that came to every model is remembered:
    the next may start from it. After one that did not, everything is built: what was left out has
    missed its changes. `memory_limit` is DuckDB's, such as 3GB.
    """
    landing = landing or home / "landing"
    warehouse = home / "warehouse.duckdb"
    with _opened(warehouse, memory_limit=memory_limit) as connection, _damage_told():
        batches = create_source_views(connection, landing)
        build = build_of(batches, as_of=as_of, recipe=project.recipe(variables))
        landed = LandedBatches(landing, batches)
        is_of_changes = begin(connection, build, landed, everything=everything or bool(select))
    finished = project.build(
        home=home,
        variables={"as_of": as_of.isoformat(), **variables, "changes_only": is_of_changes},
        select=select,
        memory_limit=memory_limit,
        landing=landing,
    )
    built = Built(is_of_changes, finished.results)
    if not select and not built.broken and not built.left_out:
        with duckdb.connect(warehouse) as connection:
            end(connection, build)
    return built


@contextmanager
def _damage_told() -> Iterator[None]:
    try:
        yield
    except duckdb.Error as error:
        said = str(error).splitlines()[0]
        if ROWS not in said:
            raise
        raise DamagedRowsError(f"{said}. {OF_LANDED_FILE}") from error


def _opened(warehouse: Path, *, memory_limit: str) -> duckdb.DuckDBPyConnection:
    try:
        return duckdb.connect(warehouse, config={"memory_limit": memory_limit})
    except (duckdb.IOException, duckdb.SerializationException) as error:
        reason = str(error).partition(" See also")[0].strip(" .")
        raise WarehouseError(
            f"the warehouse cannot be opened ({reason}): end the program that holds it and run"
            " again, or make it anew from landing with `returns rebuild`"
        ) from error
