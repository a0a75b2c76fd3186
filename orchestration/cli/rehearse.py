"""Scenario files through the whole pipeline: a fresh home for each clock and policy."""

import tempfile
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from time import monotonic

import dagster as dg
from rich.console import Console

from orchestration.cli.profile import OWN_STATE, sandbox_in_place
from orchestration.cli.whole_run import RECONCILE
from orchestration.pipeline import Outcome, run_job
from orchestration.rehearsal import (
    Group,
    Rehearsal,
    Verdict,
    compare,
    grouped,
    has_marts,
    land_outcomes,
    read_folder,
    untied,
)
from orchestration.resources.home import landing_of
from orchestration.resources.settings import environment, read_home


def rehearse_folder(console: Console, folder: Path, *, only: Sequence[str] = ()) -> bool:
    """
    Rehearse every file, print a line each and the rows that differ; say whether none does.

    Each runs in a home of its own; how it went lands in the home that the environment names.
    """
    settings = read_home(environment())
    rehearsed_at = datetime.now(UTC)
    scenarios = read_folder(folder, only=only)
    verdicts: list[Verdict] = []
    for group in grouped(scenarios):
        started = monotonic()
        found = _rehearse(console, group)
        for verdict in found:
            _show(console, verdict)
        verdicts += found
        console.print(
            f"        as of {group.as_of:%Y-%m-%d %H:%M} UTC {group.variables or ''}:"
            f" {len(group.scenarios)} files in {monotonic() - started:.1f} s",
            style="dim",
        )
    differing = sum(not verdict.is_ok for verdict in verdicts)
    rehearsal = Rehearsal(
        folder,
        is_whole=not only,
        rehearsed_at=rehearsed_at,
        scenarios=scenarios,
        verdicts=verdicts,
    )
    land_outcomes(landing_of(settings), rehearsal, scratch=settings.scratch)
    console.print(f"        recorded in {settings.landing}", style="dim")
    console.print(f"{len(verdicts) - differing} ok, {differing} differ")
    return differing == 0


def _rehearse(console: Console, group: Group) -> list[Verdict]:
    with tempfile.TemporaryDirectory(prefix="rehearsal-") as folder:
        home = Path(folder)
        files = [scenario.path for scenario in group.scenarios]
        with (
            sandbox_in_place(home, files, now=datetime.now(UTC), settings=OWN_STATE),
            dg.DagsterInstance.ephemeral() as instance,
        ):
            outcome = run_job(
                RECONCILE, instance=instance, as_of=group.as_of, variables=group.variables
            )
        for problem in outcome.problems:
            console.print(f"[red]pipeline[/red] {problem}")
        if has_marts(home / "warehouse.duckdb"):
            for control in untied(home / "warehouse.duckdb"):
                console.print(f"[yellow]note   [/yellow] {control}")
        return _verdicts(home, group, outcome=outcome)


def _verdicts(home: Path, group: Group, *, outcome: Outcome) -> list[Verdict]:
    """A pipeline that failed is a difference of every file, and what it did build is shown."""
    warehouse = home / "warehouse.duckdb"
    failed = () if outcome.is_success else ("the pipeline failed",)
    if failed and not has_marts(warehouse):
        return [Verdict(scenario.name, failed) for scenario in group.scenarios]
    return [
        Verdict(verdict.name, (*failed, *verdict.differences))
        for verdict in compare(warehouse, group.scenarios)
    ]


def _show(console: Console, verdict: Verdict) -> None:
    mark = "[green]ok     [/green]" if verdict.is_ok else "[red]differs[/red]"
    console.print(f"{mark} {verdict.name}")
    for difference in verdict.differences:
        console.print(f"        {difference}", markup=False)
