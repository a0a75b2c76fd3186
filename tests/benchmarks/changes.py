"""Builds of changes: days of a growing part of the returns, beside a build of everything."""

import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from unittest.mock import patch

from orchestration.assets import building, builds
from orchestration.cli.profile import settings_in_place
from orchestration.resources.settings import environment, read_sync
from tests.benchmarks.homes import CLOCK, CONFIGURED, MEMORY_LIMIT, marts_in
from tests.benchmarks.measured import measure
from tests.benchmarks.table import Section, took

MOST_OF_REBUILD = 0.2
# A block is so small a part of the whole; of each day one half is new and one half landed again.
BLOCKS = 200
DAYS = (1, 7, 24)


def section(*, is_judged: bool) -> Section:
    """Return the table that the days of each home are added to."""
    table = Section(
        "Builds of changes, half of them new returns and half landed again",
        (
            "returns",
            "changed, %",
            "seconds",
            "CPU s",
            "peak MiB",
            "closure s",
            "build s",
            "whole s",
        ),
        is_judged,
    )
    table.notes.append(
        "Closure, a part of the build, is what finds the records that a change can reach, and the"
        " first time in a home's life all that they are linked with; whole is"
        " a build of everything after the last day, which comes to equal marts. Above a share of"
        f" {builds.BREAK_EVEN:.1%} of the orders a run builds everything; here it never does."
    )
    return table


def add_days(table: Section, home: Path, *, returns: int, count: int) -> None:
    """
    Build the first days of a home as changes, and in the end everything; both come to one.

    Before them nothing is new: the first build of changes of a home's life, and it alone, traces
    everything that landed. Without days nothing is built.
    """
    if not count:
        return
    days = [measure("tests.benchmarks.changes:build", home=home)]
    for number in range(count):
        add_day(home, number)
        is_last = number + 1 == count
        days.append(measure("tests.benchmarks.changes:build", home=home, is_compared=is_last))
    whole = measure(
        "tests.benchmarks.changes:build", home=home, is_compared=True, is_of_everything=True
    )
    one, other = days[-1].said["marts"], whole.said["marts"]
    assert one == other, f"marts differ from a whole build's: {_differing(one, other)}"
    for copies, day in zip((0, *DAYS[:count]), days, strict=True):
        seconds = (day.said["closure"], day.said["build"], whole.said["build"])
        shown = (round(part, 2) for part in seconds)
        table.add(returns, 100 * 2 * copies / BLOCKS, *took(day), *shown)
    table.require(
        f"a change of 1% of {returns:,} returns, as a part of a whole build",
        days[1].said["build"] / whole.said["build"],
        at_most=MOST_OF_REBUILD,
    )


def _differing(one: Mapping[str, str], other: Mapping[str, str]) -> list[str]:
    return sorted(mart for mart in one if one[mart] != other.get(mart))


def add_day(home: Path, number: int) -> None:
    """Move the batches of a day into a home's landing."""
    day = home / f"day-{number}"
    for manifest in sorted(day.glob("*/*/*/*/manifest.json")):
        landed = home / "landing" / manifest.parent.relative_to(day)
        landed.parent.mkdir(parents=True, exist_ok=True)
        manifest.parent.rename(landed)


def build(
    *, home: str, is_compared: bool = False, is_of_everything: bool = False
) -> dict[str, Any]:
    """
    Build what changed since the last build, however much, or everything; return its parts.

    The marts of what is compared are digested too, which takes a while.
    """
    deciding: list[float] = []

    def begin(*arguments: Any, **options: Any) -> bool:
        begun = time.perf_counter()
        is_of_changes = builds.begin(*arguments, **options)
        deciding.append(time.perf_counter() - begun)
        return is_of_changes

    with (
        patch.object(builds, "BREAK_EVEN", 1.0),
        patch.object(building, "begin", begin),
        settings_in_place({**CONFIGURED, "RETURNS_HOME": home}),
    ):
        begun = time.perf_counter()
        built = building.build_home(
            Path(home),
            as_of=CLOCK,
            variables=read_sync(environment()).variables,
            everything=is_of_everything,
            memory_limit=MEMORY_LIMIT,
        )
        seconds = time.perf_counter() - begun
    if built.broken or built.is_of_changes is is_of_everything:
        said = [f"{result.node.name}: {result.message}" for result in built.broken]
        raise RuntimeError(f"{'no ' * is_of_everything}build of changes: {said}")
    marts = marts_in(Path(home) / "warehouse.duckdb") if is_compared else {}
    return {"closure": sum(deciding), "build": seconds, "marts": marts}
