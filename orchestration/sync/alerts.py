"""Tells people of runs that failed, and of what has waited for them too long."""

import json
from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import uuid5

import dagster as dg

from orchestration.extract.post import Letter
from orchestration.ledger import IntentRecord, Ledger, State
from orchestration.resources import LedgerResource, PostResource
from orchestration.sync.action import NAMESPACE
from orchestration.sync.assets import utc_now

# A decision is a matter of a working day; an unknown outcome holds its line until it is settled.
TOO_LONG = {State.PLANNED: timedelta(hours=24), State.UNKNOWN: timedelta(hours=4)}
SHOWN = 20


@dg.run_failure_sensor(default_status=dg.DefaultSensorStatus.RUNNING)
def run_failed(context: dg.RunFailureSensorContext, post: PostResource) -> None:
    """Tell of a run that failed, once."""
    run = context.dagster_run
    told = post.alert(
        Letter(
            letter_id=str(uuid5(NAMESPACE, f"run|{run.run_id}")),
            kind="run.failed",
            subject=f"Run of {run.job_name} failed",
            text=f"{run.job_name} ({run.run_id}) failed:\n\n{context.failure_event.message}\n",
            content={"job": run.job_name, "run_id": run.run_id},
        )
    )
    context.log.info(f"told {told} of the failure of {run.run_id}")  # noqa: G004 - Dagster's own log


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


def overdue(ledger: Ledger, *, now: datetime) -> list[IntentRecord]:
    """Return the intents that have waited for a person longer than they should."""
    return [
        record
        for record in ledger.intents(states=TOO_LONG)
        if now - (record.sent_at or record.created_at) > TOO_LONG[record.state]
    ]


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
        subject=f"{len(records)} decisions wait for a person",
        text="\n".join(lines) + "\n",
        content={"intents": keys[:SHOWN], "count": len(records)},
    )
