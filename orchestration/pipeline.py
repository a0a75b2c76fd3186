"""The jobs of the project, run to their end in this process, with progress told as it happens."""

import logging
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import dagster as dg

from orchestration.assets.clock import AS_OF_TAG
from orchestration.definitions import defs

STARTED_BY_TAG = "returns/started_by"
COMMAND = "command"
UNFINISHED = [dg.DagsterRunStatus.STARTED, dg.DagsterRunStatus.STARTING]

# Hears the events of a run, and what its steps say of their progress.
Listener = Callable[[dg.DagsterEvent | str], None]


@dataclass(frozen=True)
class Outcome:
    """How a run ended; `problems` are the errors of its failed steps as sentences."""

    run_id: str
    is_success: bool
    problems: tuple[str, ...]


def run_job(
    name: str,
    *,
    instance: dg.DagsterInstance,
    as_of: datetime,
    variables: Mapping[str, Any] | None = None,
    listener: Listener | None = None,
) -> Outcome:
    """Run a job with this clock; `variables` are the build's, over the project's defaults."""
    listening = dg.Definitions(loggers={"listener": _logger(listener or (lambda _: None))})
    job = dg.Definitions.merge(defs, listening).resolve_job_def(name)
    config: dict[str, Any] = {"loggers": {"listener": {"config": {}}}}
    if variables:
        config["ops"] = {"models": {"config": {"variables": dict(variables)}}}
    result = job.execute_in_process(
        instance=instance,
        run_config=config,
        tags={AS_OF_TAG: as_of.isoformat(), STARTED_BY_TAG: COMMAND},
        raise_on_error=False,
    )
    return Outcome(result.run_id, result.success, tuple(_problems(result)))


def close_abandoned_runs(instance: dg.DagsterInstance) -> int:
    """
    End the runs that a killed command left open, free what they held, and say how many.

    Only whoever holds the home's lock may ask: then no such run can still be alive.
    """
    mine = dg.RunsFilter(statuses=UNFINISHED, tags={STARTED_BY_TAG: COMMAND})
    abandoned = instance.get_runs(filters=mine)
    for run in abandoned:
        instance.report_run_failed(run, message="The command that ran this was killed.")
        instance.event_log_storage.free_concurrency_slots_for_run(run.run_id)
    return len(abandoned)


class _Handler(logging.Handler):
    """Hands each of a run's events to a function, and what the code says between them."""

    def __init__(self, listener: Listener) -> None:
        super().__init__()
        self._listener = listener

    def emit(self, record: logging.LogRecord) -> None:
        event = getattr(record, "dagster_meta", {}).get("dagster_event")
        said = getattr(record, "dagster_meta", {}).get("orig_message", record.getMessage())
        self._listener(said if event is None else event)


def _logger(listener: Listener) -> dg.LoggerDefinition:
    @dg.logger
    def tell(_: dg.InitLoggerContext) -> logging.Logger:
        logger = logging.Logger("returns.progress")  # noqa: LOG001 - one a run, never shared
        logger.addHandler(_Handler(listener))
        return logger

    return tell


def _problems(result: dg.ExecuteInProcessResult) -> Iterator[str]:
    for event in result.all_events:
        failure = event.step_failure_data if event.is_step_failure else None
        if failure is None:
            continue
        error = failure.error
        while error is not None and error.cause is not None:
            error = error.cause
        said = failure.user_failure_data.description if failure.user_failure_data else None
        yield f"{event.step_key}: {said or (error.message.strip() if error else 'failed')}"
