"""What keeps a home of years as quick and as small as one of days: once a day, by itself."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import dagster as dg
from dagster._core.storage.event_log.schema import AssetCheckExecutionsTable
from dagster._core.storage.event_log.sql_event_log import SqlEventLogStorage

from orchestration.assets.models import WAREHOUSE_POOL
from orchestration.landing import Compacted, compact, sweep_unfinished
from orchestration.landing.store import put_bytes
from orchestration.resources.home import landing_of
from orchestration.resources.settings import HomeSettings, environment, read_home

EVERY = timedelta(days=1)
DONE_AT = "upkeep"
RUNS_AT_ONCE = 100
OVER = [
    dg.DagsterRunStatus.SUCCESS,
    dg.DagsterRunStatus.FAILURE,
    dg.DagsterRunStatus.CANCELED,
]


@dataclass(frozen=True)
class Upkeep:
    """What was done: how landing was compacted, and how many old runs are forgotten."""

    compacted: Compacted
    forgotten_runs: int


def is_upkeep_due(home: Path, *, now: datetime) -> bool:
    """Whether a day has passed since the last upkeep of a home that came to its end."""
    done_at = home / DONE_AT
    if not done_at.exists():
        return True
    return now - datetime.fromisoformat(done_at.read_text(encoding="utf-8")) >= EVERY


def keep_up(settings: HomeSettings, instance: dg.DagsterInstance, *, now: datetime) -> Upkeep:
    """
    Compact landing, forget the runs that ended long ago, and note that it was done.

    What a killed extraction left half written a day ago goes too: Dagster may live for months.
    Nobody else may work in the home meanwhile. Raises BrokenEvidenceError as `compact` does.
    """
    landing = landing_of(settings)
    sweep_unfinished(landing, before=now - EVERY, scratch=settings.scratch)
    compacted = compact(landing, now=now, scratch=settings.scratch)
    forgotten = 0
    if settings.history_days:
        forgotten = forget_runs(instance, before=now - timedelta(days=settings.history_days))
    put_bytes(now.isoformat().encode(), settings.path / DONE_AT)
    return Upkeep(compacted, forgotten)


def forget_runs(instance: dg.DagsterInstance, *, before: datetime) -> int:
    """Delete the runs that ended before an instant with all that is kept of them; say how many."""
    return sum(_forget(instance, run_ids) for run_ids in _ended(instance, before=before))


def _ended(instance: dg.DagsterInstance, *, before: datetime) -> Iterator[list[str]]:
    old = dg.RunsFilter(statuses=OVER, updated_before=before)
    while records := instance.get_run_records(old, limit=RUNS_AT_ONCE, ascending=True):
        yield [record.dagster_run.run_id for record in records]


def _forget(instance: dg.DagsterInstance, run_ids: Sequence[str]) -> int:
    """Dagster leaves what checks said and what a run printed; a run's checks are most of it."""
    storage = instance.event_log_storage
    if isinstance(storage, SqlEventLogStorage):
        with storage.index_connection() as connection:
            connection.execute(
                AssetCheckExecutionsTable.delete().where(
                    AssetCheckExecutionsTable.c.run_id.in_(run_ids)
                )
            )
    for run_id in run_ids:
        instance.compute_log_manager.delete_logs(prefix=[run_id])
        instance.delete_run(run_id)
    return len(run_ids)


@dg.op(pool=WAREHOUSE_POOL)
def compact_and_forget(context: dg.OpExecutionContext) -> None:
    """Merge landing's small old batches, and delete Dagster's history of old runs."""
    settings = read_home(environment())
    done = keep_up(settings, context.instance, now=datetime.now(UTC))
    context.log.info(
        "merged %s batches into %s, removed %s that were replaced, forgot %s old runs",
        done.compacted.parts,
        done.compacted.made,
        done.compacted.removed,
        done.forgotten_runs,
    )


@dg.job(description="Compact landing and forget old runs: what a home of years needs, daily.")
def upkeep() -> None:
    """Run the upkeep of a home beside no other run."""
    compact_and_forget()


daily = dg.ScheduleDefinition(
    name="daily",
    job=upkeep,
    cron_schedule="45 2 * * *",
    default_status=dg.DefaultScheduleStatus.RUNNING,
    description="The upkeep of the home, once a day.",
)
