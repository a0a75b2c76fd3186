"""Progress of a run on a terminal: one line a step, told as the step ends."""

from collections import Counter
from dataclasses import dataclass, field
from time import monotonic

import dagster as dg
from rich.console import Console

Kind = dg.DagsterEventType
# What a sync says of its rows, by these names in its metadata.
OUTCOMES = ("confirmed", "planned", "done", "held", "refused", "unknown")


@dataclass
class Step:
    """What has been seen of one step so far."""

    started: float = field(default_factory=monotonic)
    seen: Counter[str] = field(default_factory=Counter)


class Progress:
    """Hears the events of a run and prints what a person wants to know of each step."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._steps: dict[str, Step] = {}

    def __call__(self, event: dg.DagsterEvent | str) -> None:
        """Take in one event, or what a step says meanwhile; a step has a line when it ends."""
        if isinstance(event, str):
            self._console.print(f"       {event}", markup=False)
            return
        if event.step_key is None:
            return
        step = self._steps.setdefault(event.step_key, Step())
        if event.event_type == Kind.ASSET_MATERIALIZATION:
            self._count_materialization(step, event)
        elif event.event_type == Kind.ASSET_CHECK_EVALUATION:
            verdict = "passed" if event.asset_check_evaluation_data.passed else "failed"
            step.seen[verdict] += 1
        elif event.event_type in {Kind.STEP_SUCCESS, Kind.STEP_FAILURE}:
            self._end(step, event)

    def _count_materialization(self, step: Step, event: dg.DagsterEvent) -> None:
        step.seen["tables"] += 1
        metadata = event.step_materialization_data.materialization.metadata
        rows = metadata.get("dagster/row_count")
        if rows is not None and isinstance(rows.value, int):
            step.seen["rows"] += rows.value
        for name in OUTCOMES:
            count = metadata[name].value if name in metadata else 0
            if isinstance(count, int):
                step.seen[name] += count

    def _end(self, step: Step, event: dg.DagsterEvent) -> None:
        is_success = event.event_type == Kind.STEP_SUCCESS
        mark = "[green]ok    [/green]" if is_success else "[red]failed[/red]"
        name = str(event.step_key).replace("__", "/")
        seconds = monotonic() - step.started
        self._console.print(f"{mark} {name:<40} {seconds:6.1f} s  {_told(step.seen)}")


def _told(seen: Counter[str]) -> str:
    """Say only what happened: rows landed, tables built, checks passed and failed."""
    said = []
    if seen["tables"] > 1:
        said.append(f"{seen['tables']} tables")
    if seen["rows"]:
        said.append(f"{seen['rows']} row{'' if seen['rows'] == 1 else 's'}")
    said += [f"{seen[name]} {name}" for name in OUTCOMES if seen[name]]
    if seen["passed"]:
        said.append(f"{_checks(seen['passed'])} passed")
    if seen["failed"]:
        said.append(f"[red]{_checks(seen['failed'])} failed[/red]")
    return ", ".join(said)


def _checks(count: int) -> str:
    return f"{count} check{'' if count == 1 else 's'}"
