"""The build: every model over landing of a size, with the tests and the publication of a run."""

import os
import shutil
from collections.abc import Iterator
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import dagster as dg
import duckdb

from orchestration.assets.publication import current
from orchestration.cli.profile import OWN_LEDGER, settings_in_place
from orchestration.definitions import REBUILD
from orchestration.pipeline import run_job
from orchestration.sandbox.business import Shape
from orchestration.volume import BLOCK, land_volume
from tests.benchmarks.measured import Measured, measure
from tests.benchmarks.sizes import Size
from tests.benchmarks.steps import Steps, steps_of
from tests.benchmarks.table import Section, took

CLOCK = datetime(2026, 2, 20, tzinfo=UTC)
SEED, ORDER_LINES, RETURN_LINES = 1, 5, 3
SLOWEST = 15
MEMORY_LIMIT = "3GB"
MOST_SECONDS, MOST_MIB, MOST_TIMES = 60.0, 4096.0, 11.0
CONFIGURED = {"SHOPIFY_STORES": "", "NETSUITE_URL": "", **OWN_LEDGER}


def sections(size: Size, scratch: Path) -> Iterator[Section]:
    """Yield what a build takes at two sizes and where its time goes, on one thread and on two."""
    fewer, more = size.returns
    section = Section(
        "Full rebuild",
        ("returns", "threads", "seconds", "CPU s", "peak MiB", "models s", "nodes s"),
        size.is_judged,
    )
    built: dict[tuple[int, int], Measured] = {}
    for returns in size.returns:
        home = scratch / f"{returns}"
        block = min(BLOCK, max(returns // 4, 1))
        measure("tests.benchmarks.build:write_landing", home=home, returns=returns, block=block)
        for threads in (2, 1) if returns == fewer else (2,):
            way = measure("tests.benchmarks.build:rebuild", home=home, threads=threads)
            built[returns, threads] = way
            steps = Steps(**way.said["steps"])
            nodes = sum(steps.models.values())
            models = round(steps.steps.get("models", 0.0), 2)
            section.add(returns, threads, *took(way), models, round(nodes, 2))
        shutil.rmtree(home)
    _hold(section, built, fewer=fewer, more=more)
    yield section
    yield _slowest(Steps(**built[more, 2].said["steps"]), returns=more)


def _hold(
    section: Section, built: dict[tuple[int, int], Measured], *, fewer: int, more: int
) -> None:
    one, two = (built[fewer, threads].said["marts"] for threads in (1, 2))
    assert one == two, f"marts differ with the threads: {sorted(set(one) ^ set(two))}"
    section.notes.append(f"{len(one)} marts of {fewer:,} returns are equal on 1 thread and on 2.")
    seconds = {
        returns: sum(built[returns, 2].said["steps"]["models"].values())
        for returns in (fewer, more)
    }
    section.require(f"seconds of all nodes at {more:,}", seconds[more], at_most=MOST_SECONDS)
    section.require(f"peak MiB at {more:,}", built[more, 2].peak_mib, at_most=MOST_MIB)
    section.require(
        f"seconds of all nodes, times those at {fewer:,}",
        seconds[more] / seconds[fewer],
        at_most=MOST_TIMES,
    )
    section.notes.append(
        "Nodes are the models and seeds: SQL, and dbt's own work around each; models is the whole"
        f" step with its tests. RETURNS_MEMORY_LIMIT is {MEMORY_LIMIT}."
    )


def _slowest(steps: Steps, *, returns: int) -> Section:
    section = Section(f"Slowest models at {returns:,} returns", ("model", "seconds", "share, %"))
    total = sum(steps.models.values())
    slowest = sorted(steps.models.items(), key=lambda model: -model[1])[:SLOWEST]
    for name, seconds in slowest:
        section.add(name, round(seconds, 2), round(100 * seconds / total, 1))
    return section


def write_landing(*, home: str, returns: int, block: int) -> int:
    """Write a business straight into a home's landing; return its returns."""
    shape = Shape(ORDER_LINES, RETURN_LINES)
    volume = land_volume(
        Path(home) / "landing", returns=returns, seed=SEED, clock=CLOCK, shape=shape, block=block
    )
    return volume.returns


def rebuild(*, home: str, threads: int) -> dict[str, Any]:
    """Build, check and publish a home anew, on so many cores; return its steps and marts."""
    # DuckDB takes as many threads as the process has cores.
    os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:threads])
    folder = Path(home)
    (folder / "warehouse.duckdb").unlink(missing_ok=True)
    settings = {**CONFIGURED, "RETURNS_HOME": home, "RETURNS_MEMORY_LIMIT": MEMORY_LIMIT}
    events: list[dg.DagsterEvent] = []
    with settings_in_place(settings), dg.DagsterInstance.ephemeral() as instance:
        outcome = run_job(
            REBUILD,
            instance=instance,
            as_of=CLOCK,
            listener=lambda event: (
                events.append(event) if isinstance(event, dg.DagsterEvent) else None
            ),
        )
    publication = current(folder / "published")
    if not outcome.is_success or publication is None:
        raise RuntimeError("; ".join(outcome.problems))
    return {"steps": asdict(steps_of(events)), "marts": marts_in(publication)}


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
