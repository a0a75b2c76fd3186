"""When a run is: the end of every age and window, and the time its answers were read."""

from dataclasses import dataclass
from datetime import UTC, datetime

import dagster as dg

AS_OF_TAG = "returns/as_of"


@dataclass(frozen=True)
class Clock:
    """
    Both times of one run, aware and in UTC.

    A document dated after `as_of` does not exist yet for the marts; `extracted_at` orders the
    landed versions of a record and is always the real time.
    """

    as_of: datetime
    extracted_at: datetime


def run_clock(context: dg.AssetExecutionContext | dg.AssetCheckExecutionContext) -> Clock:
    """Return the run's clock: its tag, else the moment the run was made."""
    record = context.instance.get_run_record_by_id(context.run.run_id)
    if record is None:
        raise dg.Failure(f"run {context.run.run_id} is not in the instance", allow_retries=False)
    made_at = record.create_timestamp.astimezone(UTC)
    as_of = context.run.tags.get(AS_OF_TAG)
    return Clock(as_of=datetime.fromisoformat(as_of) if as_of else made_at, extracted_at=made_at)
