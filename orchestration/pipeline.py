"""The jobs of the project, run to their end in this process, with progress told as it happens."""

import logging
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import uuid4

import dagster as dg

from orchestration.assets.clock import AS_OF_TAG
from orchestration.definitions import defs
from orchestration.resources.running import seen_to_run
from orchestration.resources.settings import environment, read_home

# Hears the events of a run, and what its steps say of their progress.
Listener = Callable[[dg.DagsterEvent | str], None]

INTERRUPTED = "interrupted: run again; what has landed and what was decided are kept"


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
    run_id = str(uuid4())
    with seen_to_run(read_home(environment()).path, run_id):
        result = job.execute_in_process(
            instance=instance,
            run_config=config,
            run_id=run_id,
            tags={AS_OF_TAG: as_of.isoformat()},
            raise_on_error=False,
        )
    return Outcome(result.run_id, result.success, tuple(_problems(result)))


class _Handler(logging.Handler):
    """Hands each of a run's events to a function, and what the code says between them."""

    def __init__(self, listener: Listener) -> None:
        super().__init__()
        self._listener = listener

    def emit(self, record: logging.LogRecord) -> None:
        meta = getattr(record, "dagster_meta", {})
        event = meta.get("dagster_event")
        said = meta.get("orig_message", record.getMessage())
        # Of a step that could not begin Dagster names what it waited for, once for each table.
        if event is None and said.startswith("Dependencies for step "):
            return
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
        said = failure.user_failure_data.description if failure.user_failure_data else None
        yield f"{event.step_key}: {said or _sentence(event) or 'failed'}"


def _sentence(event: dg.DagsterEvent) -> str:
    """Return what went wrong: one of our own errors as it stands, else the first cause of all."""
    said, error = "", event.step_failure_data.error
    while error is not None:
        if error.cls_name == dg.DagsterExecutionInterruptedError.__name__:
            return INTERRUPTED
        said = error.message.strip()
        module, _, sentence = said.partition(f".{error.cls_name}: ")
        if module.startswith("orchestration.") and sentence:
            return sentence
        error = error.cause
    return said
