"""Where the time of a run went, told by the events that Dagster kept of it."""

from collections.abc import Iterable
from dataclasses import dataclass, field

import dagster as dg
from dagster import DagsterEvent, DagsterEventType

MODELS = "models"


@dataclass
class Steps:
    """Seconds of each step, and of each model that one of them built."""

    steps: dict[str, float] = field(default_factory=dict)
    models: dict[str, float] = field(default_factory=dict)

    @property
    def of_sources(self) -> float:
        """Seconds of the steps that read a source and land what it answered."""
        return sum(
            seconds
            for step, seconds in self.steps.items()
            if step.startswith(("shopify__", "netsuite__", "ledger__"))
        )

    @property
    def of_others(self) -> float:
        """Seconds of every other step but the models': checks, gates, publication, syncs."""
        return sum(self.steps.values()) - self.of_sources - self.steps.get(MODELS, 0.0)


def steps_of(events: Iterable[DagsterEvent]) -> Steps:
    """Sum the events of one run or of several."""
    found = Steps()
    for event in events:
        if event.event_type is DagsterEventType.STEP_SUCCESS:
            seconds = event.step_success_data.duration_ms / 1000
            key = str(event.step_key)
            found.steps[key] = found.steps.get(key, 0.0) + seconds
        elif event.is_step_materialization:
            materialization = event.step_materialization_data.materialization
            seconds_of = materialization.metadata.get("seconds")
            if isinstance(seconds_of, dg.FloatMetadataValue) and seconds_of.value is not None:
                found.models[materialization.asset_key.path[-1]] = seconds_of.value
    return found
