"""The whole command: with everything new, with what its own syncs changed, with nothing new."""

import csv
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
# What the first runs of the home find; the syncs of each write to the sandbox.
FIRST, SECOND, LAST = "everything is new", "what the first run sent", "nothing is new"
MOST_RUNS = 6
MANY = 10**9


def sections(size: Size, scratch: Path) -> Iterator[Section]:
    """Yield the seconds of runs of one home, by what they were spent on."""
    section = Section(
        f"The whole command, {size.run_returns:,} returns in the sandbox",
        (
            *("what it finds", "sent", "seconds", "CPU s", "peak MiB", "imports", "sources"),
            *("models", "nodes, summed", "other steps", "between steps"),
        ),
        size.is_judged,
    )
    runs = list(runs_of(scratch / "home", returns=size.run_returns))
    for number, run in enumerate(runs, start=1):
        steps = Steps(**run.said["steps"])
        spent = (run.said["imports"], steps.of_sources, steps.steps.get(MODELS, 0.0))
        nodes, others = sum(steps.models.values()), steps.of_others
        between = run.seconds - sum(spent) - others
        parts = (*spent, nodes, others, between)
        name = _finds(number, sent=run.said["sent"])
        section.add(name, run.said["sent"], *took(run), *(round(part, 2) for part in parts))
    section.require(f"seconds, {LAST}, cold", runs[-1].seconds, at_most=MOST_SECONDS)
    section.notes += [
        "Sources are the steps that ask and land, the sandbox answering in the same process;"
        " between steps is Dagster, the sandbox's start and the comparison with what was planted.",
        "Two models are built at a time: their nodes, summed, may take longer than all of them.",
        "The limits of a run are lifted, so that the first sends all that is ready.",
    ]
    yield section


def _finds(number: int, *, sent: int) -> str:
    if number > 1 and not sent:
        return LAST
    return (FIRST, SECOND)[number - 1] if number <= 2 else f"what run {number - 1} sent"


def runs_of(home: Path, *, returns: int) -> Iterator[Measured]:
    """
    Run in a home until a run finds nothing to send, and yield what each took.

    The clock is the real one: a run whose clock stood before what the last one sent would not
    know of it, plan it anew, and be held from sending it.
    """
    drawn_until = datetime.now(UTC)
    home.parent.mkdir(parents=True, exist_ok=True)
    limits = _lifted(home.with_name("limits.csv"))
    for _ in range(MOST_RUNS):
        done = measure(
            "tests.benchmarks.run:run",
            home=home,
            returns=returns,
            drawn_until=drawn_until,
            limits=limits,
            as_of=datetime.now(UTC),
        )
        yield done
        if not done.said["sent"]:
            return
    raise RuntimeError(f"after {MOST_RUNS} runs there is still something to send")


def _lifted(file: Path) -> Path:
    """Write limits that hold neither a run nor a day back."""
    from orchestration.gates import LIMITS_FILE

    with LIMITS_FILE.open(encoding="utf-8", newline="") as shipped:
        reader = csv.DictReader(shipped)
        with file.open("w", encoding="utf-8", newline="") as lifted:
            writer = csv.DictWriter(lifted, reader.fieldnames or ())
            writer.writeheader()
            writer.writerows({**row, "per_run": MANY, "per_day": MANY} for row in reader)
    return file


def run(*, home: str, returns: int, drawn_until: str, limits: str, as_of: str) -> dict[str, Any]:
    """Do what `returns run` does, imports included; return what its steps took, and it sent."""
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
    with settings_in_place({**CONFIGURED, "RETURNS_HOME": home, "SYNC_LIMITS": limits}):
        before = _confirmed(read_home(environment()).ledger_url)
        run_once(Console(file=StringIO()), lambda _: source, as_of=datetime.fromisoformat(as_of))
        with dagster_instance(read_home(environment())) as instance:
            newest = instance.get_runs(limit=2)
            events = [
                entry.dagster_event
                for done in newest
                for entry in instance.all_logs(done.run_id)
                if entry.dagster_event is not None
            ]
        sent = _confirmed(read_home(environment()).ledger_url) - before
    return {"imports": imports, "steps": asdict(steps_of(events)), "sent": sent}


def _confirmed(ledger_url: str) -> int:
    from orchestration.ledger import Ledger, State

    with Ledger(ledger_url) as ledger:
        return ledger.counts().get(State.CONFIRMED, 0)
