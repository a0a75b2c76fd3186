"""Tells people of runs that failed, and of what has waited for them too long."""

import json
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from uuid import uuid5

import dagster as dg

from orchestration.extract.post import Letter
from orchestration.ledger import IntentRecord, Ledger, State
from orchestration.resources import LedgerResource, PostResource
from orchestration.sync.action import NAMESPACE
from orchestration.sync.assets import utc_now
from orchestration.sync.remote import SourceError

# A decision is a matter of a working day; an unknown outcome holds its line until it is settled,
# what a system puts off is asked again and again, and what it refused is not.
TOO_LONG = {
    State.PLANNED: timedelta(hours=24),
    State.APPROVED: timedelta(hours=24),
    State.SENT: timedelta(hours=4),
    State.UNKNOWN: timedelta(hours=4),
}
# What was refused longer ago is an old story: nobody waits for it.
REFUSED_LATELY = timedelta(days=7)
SHOWN = 20
RUNS_A_TICK = 20


@dg.sensor(
    minimum_interval_seconds=60,
    default_status=dg.DefaultSensorStatus.RUNNING,
    name="failed_runs",
)
def failed_runs(context: dg.SensorEvaluationContext, post: PostResource) -> dg.SensorResult:
    """
    Tell of each run that failed, once, from when the sensor was first asked.

    Dagster's own sensor of failures passes by one that could not be told; this one stays at it.
    """
    since = context.cursor or utc_now().isoformat()
    told, trouble = 0, ""
    for record in _failed_since(context.instance, datetime.fromisoformat(since)):
        try:
            post.alert(_letter_about_run(context.instance, record.dagster_run))
        except SourceError as error:
            trouble = f"; the next is told later: {error}"
            break
        told += 1
        since = record.update_timestamp.replace(tzinfo=UTC).isoformat()
    return dg.SensorResult(skip_reason=f"{told} failed runs told{trouble}", cursor=since)


@dg.sensor(
    minimum_interval_seconds=900,
    default_status=dg.DefaultSensorStatus.RUNNING,
    name="held_too_long",
)
def held_too_long(
    context: dg.SensorEvaluationContext, ledger: LedgerResource, post: PostResource
) -> dg.SensorResult:
    """Tell of each intent that has waited for a person too long, once."""
    known = set(json.loads(context.cursor or "[]"))
    with ledger.open() as opened:
        waiting = overdue(opened, now=utc_now())
    new = [record for record in waiting if record.intent.intent_key not in known]
    told = post.alert(letter_about(new)) if new else 0
    return dg.SensorResult(
        skip_reason=f"{len(waiting)} wait too long, {len(new)} of them new, {told} told",
        cursor=json.dumps(sorted(record.intent.intent_key for record in waiting)),
    )


def _failed_since(instance: dg.DagsterInstance, since: datetime) -> Sequence[dg.RunRecord]:
    """Return the runs that failed after an instant, the first of them first."""
    failed = dg.RunsFilter(statuses=[dg.DagsterRunStatus.FAILURE], updated_after=since)
    return instance.get_run_records(
        failed, order_by="update_timestamp", ascending=True, limit=RUNS_A_TICK
    )


def _letter_about_run(instance: dg.DagsterInstance, run: dg.DagsterRun) -> Letter:
    events = instance.all_logs(run.run_id, of_type=dg.DagsterEventType.RUN_FAILURE)
    said = "; ".join(event.dagster_event.message or "" for event in events if event.dagster_event)
    return Letter(
        letter_id=str(uuid5(NAMESPACE, f"run|{run.run_id}")),
        kind="run.failed",
        subject=f"Run of {run.job_name} failed",
        text=f"{run.job_name} ({run.run_id}) failed:\n\n{said}\n",
        content={"job": run.job_name, "run_id": run.run_id},
    )


def overdue(ledger: Ledger, *, now: datetime) -> list[IntentRecord]:
    """
    Return the intents that have waited for a person longer than they should.

    A repeat does not make a call younger. Of approved ones those that were called for, of refused
    ones those that a system refused: what a person refused, or newer evidence replaced, was not.
    """
    late = [
        record
        for record in ledger.intents(states=TOO_LONG)
        if now - (record.first_sent_at or record.created_at) > TOO_LONG[record.state]
        and (record.state is not State.APPROVED or record.attempt_count > 0)
    ]
    refused = ledger.intents(states={State.REFUSED}, called_since=now - REFUSED_LATELY)
    return sorted(late + refused, key=lambda record: record.created_at)


def letter_about(records: Sequence[IntentRecord]) -> Letter:
    """Return one letter about all of them; it names cases, never customers."""
    keys = sorted(record.intent.intent_key for record in records)
    lines = [
        f"{record.intent.action} of {record.intent.case_name} ({record.intent.store}) is"
        f" {record.state}: {record.message or 'waits for an approval'}"
        for record in records[:SHOWN]
    ]
    if len(records) > SHOWN:
        lines.append(f"and {len(records) - SHOWN} more; see `returns plan`")
    return Letter(
        letter_id=str(uuid5(NAMESPACE, f"overdue|{'|'.join(keys)}")),
        kind="sync.held_too_long",
        subject=f"{len(records)} actions wait for a person",
        text="\n".join(lines) + "\n",
        content={"intents": keys[:SHOWN], "count": len(records)},
    )
