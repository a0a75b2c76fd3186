"""One whole run: extract, build, check, publish, gate, sync, and what was found."""

from datetime import UTC, datetime
from pathlib import Path

import dagster as dg
from rich.console import Console

from orchestration.assets.publication import current
from orchestration.cli.cleaning import clean_up
from orchestration.cli.home import dagster_instance
from orchestration.cli.locks import lone_lock
from orchestration.cli.profile import SANDBOX
from orchestration.cli.progress import Progress
from orchestration.cli.summary import show, show_planted
from orchestration.cli.systems import Choose, systems
from orchestration.pipeline import Outcome, run_job
from orchestration.resources.home import landing_of
from orchestration.resources.settings import HomeSettings, environment, read_home
from orchestration.sandbox.source import TRUTH, Loaded
from orchestration.upkeep import is_upkeep_due, keep_up

RECONCILE = "reconcile_returns"
SYNC = "sync_returns"


class RunFailedError(RuntimeError):
    """A run did not end well; the message names each failed step and its remedy."""


def run_once(console: Console, choose: Choose, *, as_of: datetime) -> bool:
    """
    Run everything against the configured systems or the sandbox; say if it is complete.

    `choose` says what the sandbox of a home is loaded from; it is not asked where there is none.
    """
    settings = read_home(environment())
    home = settings.path
    with lone_lock(home), systems(console, home, choose) as loaded:
        with dagster_instance(settings) as instance:
            clean_up(console, instance, settings, landing=landing_of(settings))
            is_complete = _reconcile_and_sync(console, instance, home=home, as_of=as_of)
            _keep_up(console, instance, settings)
        if loaded is not None:
            _compare_with_truth(console, home, loaded, as_of=as_of)
    return is_complete


def _reconcile_and_sync(
    console: Console, instance: dg.DagsterInstance, *, home: Path, as_of: datetime
) -> bool:
    console.print(f"As of {as_of:%Y-%m-%d %H:%M} UTC, in {home}")
    outcome = run_job(RECONCILE, instance=instance, as_of=as_of, listener=Progress(console))
    publication = current(home / "published")
    if publication is None or not publication.stem.endswith(outcome.run_id[:8]):
        raise RunFailedError("\n".join(outcome.problems) or "nothing was published")
    is_complete = show(console, publication)
    _demand(outcome)
    console.print("Syncs")
    _demand(run_job(SYNC, instance=instance, as_of=as_of, listener=Progress(console)))
    return is_complete


def _keep_up(console: Console, instance: dg.DagsterInstance, settings: HomeSettings) -> None:
    """Do once a day what Dagster's schedule does where it starts the runs."""
    now = datetime.now(UTC)
    if not is_upkeep_due(settings.path, now=now):
        return
    done = keep_up(settings, instance, now=now)
    if done.compacted.made or done.forgotten_runs:
        console.print(
            f"Upkeep: {done.compacted.parts:,} batches of landing are {done.compacted.made:,} now,"
            f" {done.forgotten_runs:,} runs of long ago are forgotten"
        )


def _compare_with_truth(console: Console, home: Path, loaded: Loaded, *, as_of: datetime) -> None:
    """What was planted is told from the books' own clock on: before it, less had happened."""
    publication = current(home / "published")
    if loaded.clock is None or publication is None:
        return
    if as_of < loaded.clock:
        console.print(f"What was planted in {loaded} is known from {loaded.clock:%Y-%m-%d} on")
        return
    truth = home / SANDBOX / TRUTH
    show_planted(console, publication, truth, title=f"Planted against found, in {loaded}")


def _demand(outcome: Outcome) -> None:
    if not outcome.is_success:
        raise RunFailedError("\n".join(outcome.problems) or "the run failed without a word")
