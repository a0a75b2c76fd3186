"""The whole command: with everything new, with what its own syncs changed, with nothing new."""

import time
from collections.abc import Iterator
from dataclasses import asdict
from datetime import UTC, datetime
from io import StringIO
from pathlib import Path
from typing import Any

from tests.benchmarks.measured import Measured, measure
from tests.benchmarks.sizes import Size
from tests.benchmarks.steps import MODELS, Steps
from tests.benchmarks.table import Section, took

SEED = 1
MOST_SECONDS = 45.0
# What each run of the home finds; the syncs of the first write to the sandbox.
RUNS = ("everything is new", "what the first run sent", "nothing is new")


def sections(size: Size, scratch: Path) -> Iterator[Section]:
    """Yield the seconds of three runs of one home, by what they were spent on."""
    section = Section(
        f"The whole command, {size.run_returns:,} returns in the sandbox",
        (
            *("what it finds", "seconds", "CPU s", "peak MiB", "imports", "sources"),
            *("models", "of it nodes", "other steps", "between steps"),
        ),
        size.is_judged,
    )
    home = scratch / "home"
    every = runs_of(home, returns=size.run_returns, count=size.runs)
    for name, run in zip(RUNS, every, strict=False):
        steps = Steps(**run.said["steps"])
        spent = (run.said["imports"], steps.of_sources, steps.steps.get(MODELS, 0.0))
        nodes, others = sum(steps.models.values()), steps.of_others
        between = run.seconds - sum(spent) - others
        parts = (*spent, nodes, others, between)
        section.add(name, *took(run), *(round(part, 2) for part in parts))
    section.require(f"seconds, {name}, cold", run.seconds, at_most=MOST_SECONDS)
    section.notes.append(
        "Sources are the steps that ask and land, the sandbox answering in the same process;"
        " between steps is Dagster, the sandbox's start and the comparison with what was planted."
    )
    yield section


def runs_of(home: Path, *, returns: int, count: int) -> Iterator[Measured]:
    """
    Run so often in a home, and yield what each took.

    The clock is the real one: a run whose clock stood before what the last one sent would not
    know of it, plan it anew, and be held from sending it.
    """
    drawn_until = datetime.now(UTC)
    for _ in range(count):
        told = {"home": home, "returns": returns, "drawn_until": drawn_until}
        yield measure("tests.benchmarks.run:run", **told, as_of=datetime.now(UTC))


def run(*, home: str, returns: int, drawn_until: str, as_of: str) -> dict[str, Any]:
    """Do what `returns run` does, imports included; return what its steps took."""
    begun = time.perf_counter()
    from rich.console import Console

    from orchestration.cli.home import dagster_instance
    from orchestration.cli.profile import settings_in_place
    from orchestration.cli.whole_run import run_once
    from orchestration.resources.settings import environment, read_home
    from orchestration.sandbox.source import BusinessSource
    from tests.benchmarks.homes import CONFIGURED
    from tests.benchmarks.steps import steps_of

    imports = time.perf_counter() - begun
    source = BusinessSource(returns, SEED, datetime.fromisoformat(drawn_until))
    with settings_in_place({**CONFIGURED, "RETURNS_HOME": home}):
        run_once(Console(file=StringIO()), lambda _: source, as_of=datetime.fromisoformat(as_of))
        with dagster_instance(read_home(environment())) as instance:
            newest = instance.get_runs(limit=2)
            events = [
                entry.dagster_event
                for done in newest
                for entry in instance.all_logs(done.run_id)
                if entry.dagster_event is not None
            ]
    return {"imports": imports, "steps": asdict(steps_of(events))}
