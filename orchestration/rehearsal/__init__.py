"""Rehearsed return flows: what files expect, what the marts say, and the record of how it went."""

from orchestration.rehearsal.comparison import (
    Group,
    Scenario,
    ScenarioError,
    Verdict,
    compare,
    grouped,
    has_marts,
    read_folder,
    scenario_files,
    untied,
)
from orchestration.rehearsal.kinds import kinds_of
from orchestration.rehearsal.outcomes import Rehearsal, land_outcomes

__all__ = [
    "Group",
    "Rehearsal",
    "Scenario",
    "ScenarioError",
    "Verdict",
    "compare",
    "grouped",
    "has_marts",
    "kinds_of",
    "land_outcomes",
    "read_folder",
    "scenario_files",
    "untied",
]
