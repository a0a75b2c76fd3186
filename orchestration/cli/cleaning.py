"""What killed processes left in a home, put away by whoever holds the lock of its runs."""

from datetime import UTC, datetime
from pathlib import Path

import dagster as dg
from rich.console import Console

from orchestration.landing import sweep_unfinished
from orchestration.resources.running import forget_run, runs_begun
from orchestration.resources.settings import HomeSettings

# What waits in the queue has no process yet.
UNFINISHED = [
    dg.DagsterRunStatus.NOT_STARTED,
    dg.DagsterRunStatus.STARTING,
    dg.DagsterRunStatus.STARTED,
    dg.DagsterRunStatus.CANCELING,
]


def clean_up(
    console: Console, instance: dg.DagsterInstance, settings: HomeSettings, *, landing: Path
) -> None:
    """End the runs that died and remove the batches that they left half written, and say so."""
    abandoned = close_abandoned_runs(instance, settings)
    swept = sweep_unfinished(landing, before=datetime.now(UTC), scratch=settings.scratch)
    if swept or abandoned:
        runs = "1 killed run" if abandoned == 1 else f"{abandoned:,} killed runs"
        batches = "1 half batch" if swept == 1 else f"{swept:,} half batches"
        console.print(f"Cleaned up after {runs}, {batches}")


def close_abandoned_runs(instance: dg.DagsterInstance, settings: HomeSettings) -> int:
    """
    End the runs whose process died, free what they held, and say how many.

    Only whoever holds the lock of the home's runs may ask: then none of them is alive. Storage in
    the home knows no others; a database may hold those of other homes, so there only those end
    that are known to have begun here.
    """
    begun = runs_begun(settings.path)
    abandoned = [
        run
        for run in instance.get_runs(filters=dg.RunsFilter(statuses=UNFINISHED))
        if run.run_id in begun or not settings.dagster_url
    ]
    for run in abandoned:
        instance.report_run_failed(run, message="The process that ran this was killed.")
        instance.event_log_storage.free_concurrency_slots_for_run(run.run_id)
    for run_id in begun:
        forget_run(settings.path, run_id)
    return len(abandoned)
