"""The build: every model over landing of a size, with the tests and the publication of a run."""

import os
import shutil
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

import dagster as dg

from orchestration.assets.publication import current
from orchestration.cli.profile import settings_in_place
from orchestration.definitions import REBUILD
from orchestration.pipeline import run_job
from orchestration.sandbox.business import Shape
from orchestration.volume import Day, land_volume
from tests.benchmarks import changes
from tests.benchmarks.homes import CLOCK, CONFIGURED, MEMORY_LIMIT, marts_in
from tests.benchmarks.measured import Measured, measure
from tests.benchmarks.sizes import Size
from tests.benchmarks.steps import MODELS, Steps, steps_of
from tests.benchmarks.table import Section, took

SEED, ORDER_LINES, RETURN_LINES = 1, 5, 3
SLOWEST, NOTED = 15, 3
MOST_SECONDS, MOST_MIB, MOST_TIMES = 60.0, 4096.0, 11.0
# Why the slowest have to take their time.
NOTES = {
    "int_erp_document_lines": "reads each landed line of each ERP document to find its newest"
    " version",
    "int_erp_lines_matched_to_order_lines": "compares texts: the reference that an ERP line"
    " carries, with the ids of the order's lines",
    "int_erp_unit_lines": "decides for every line of a return, receipt and credit if it stands for"
    " units, before any of them is added up",
    "int_erp_line_sources": "ranks every link between lines of documents to find the nearest",
    "int_gates_of_cases": "makes five decisions of each return, and of all that one rests on a"
    " digest, its key",
    "int_erp_line_taxes": "adds up each tax detail of each ERP line by its code, and sees from the"
    " whole line which sign the account gives it",
    "fct_return_stage_events": "writes some ten events of each case",
    "int_case_line_originals": "looks up line, discounts and taxes of the sale for every line of a"
    " case",
    "int_case_line_amounts": "splits discounts and each tax of four readings of every line to the"
    " minor unit",
    "int_case_lines": "adds up seven sources by case and line, and counts what earlier cases took",
    "fct_return_lines": "looks up five tables of every line, and writes thirty columns of each",
}


def sections(size: Size, scratch: Path) -> Iterator[Section]:
    """Yield what a build takes at two sizes and where its time goes, on one core and on two."""
    fewer, more = size.returns
    section = Section(
        "Full rebuild",
        ("returns", "cores", "seconds", "CPU s", "peak MiB", "models s"),
        size.is_judged,
    )
    built: dict[tuple[int, int], Measured] = {}
    increments = changes.section(is_judged=size.is_judged)
    for returns in size.returns:
        home = scratch / f"{returns}"
        block = max(returns // changes.BLOCKS, 1)
        measure("tests.benchmarks.build:write_landing", home=home, returns=returns, block=block)
        is_compared = returns == fewer
        for cores in (2, 1) if is_compared else (2,):
            way = measure(
                "tests.benchmarks.build:rebuild", home=home, cores=cores, is_compared=is_compared
            )
            built[returns, cores] = way
            section.add(returns, cores, *took(way), round(_models(way), 2))
        days = 1 if returns == more else size.days
        changes.add_days(increments, home, returns=returns, count=days)
        shutil.rmtree(home)
    _hold(section, built, fewer=fewer, more=more)
    yield section
    yield _slowest(Steps(**built[more, 2].said["steps"]), returns=more)
    yield increments


def _hold(
    section: Section, built: dict[tuple[int, int], Measured], *, fewer: int, more: int
) -> None:
    one, two = (built[fewer, cores].said["marts"] for cores in (1, 2))
    assert one == two, f"marts differ with the cores: {sorted(set(one) ^ set(two))}"
    section.notes.append(f"{len(one)} marts of {fewer:,} returns are equal on 1 core and on 2.")
    seconds = {returns: _models(built[returns, 2]) for returns in (fewer, more)}
    section.require(f"seconds of all models at {more:,}", seconds[more], at_most=MOST_SECONDS)
    section.require(f"peak MiB at {more:,}", built[more, 2].peak_mib, at_most=MOST_MIB)
    section.require(
        f"seconds of all models, times those at {fewer:,}",
        seconds[more] / seconds[fewer],
        at_most=MOST_TIMES,
    )
    section.notes.append(
        "Models is their whole step by the clock: SQL, dbt's own work around it, and the tests."
        f" RETURNS_MEMORY_LIMIT is {MEMORY_LIMIT}."
    )


def _models(way: Measured) -> float:
    return Steps(**way.said["steps"]).steps.get(MODELS, 0.0)


def _slowest(steps: Steps, *, returns: int) -> Section:
    section = Section(f"Slowest models at {returns:,} returns", ("model", "seconds", "share, %"))
    total = sum(steps.models.values())
    slowest = sorted(steps.models.items(), key=lambda model: -model[1])[:SLOWEST]
    for name, seconds in slowest:
        section.add(name, round(seconds, 2), round(100 * seconds / total, 1))
    section.notes.extend(f"{name} {NOTES[name]}." for name, _ in slowest[:NOTED] if name in NOTES)
    return section


def write_landing(*, home: str, returns: int, block: int) -> int:
    """Write a business straight into a home's landing, days beside it; return its returns."""
    days = [
        Day(Path(home) / f"day-{number}", copies) for number, copies in enumerate(changes.DAYS)
    ]
    volume = land_volume(
        Path(home) / "landing",
        returns=returns,
        seed=SEED,
        clock=CLOCK,
        shape=Shape(ORDER_LINES, RETURN_LINES),
        block=block,
        days=days,
    )
    return volume.returns


def rebuild(*, home: str, cores: int, is_compared: bool) -> dict[str, Any]:
    """
    Build, check and publish a home anew, on so many cores; return its steps.

    And a digest of each mart, where they are compared with those of another build.
    """
    # DuckDB takes as many threads as the process has cores.
    os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:cores])
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
    return {
        "steps": asdict(steps_of(events)),
        "marts": marts_in(publication) if is_compared else {},
    }
