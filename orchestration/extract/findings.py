"""What a look at a system found, and what to do about it."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from orchestration.extract.errors import SourceError


class Weight(StrEnum):
    """Whether a finding stops a run."""

    WELL = "ok"
    MIND = "mind"
    STOP = "stop"


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at, what was found, and the remedy where there is one."""

    probe: str
    found: str
    weight: Weight = Weight.WELL
    remedy: str = ""


def well(probe: str, found: str) -> Finding:
    """Return a finding that asks for nothing."""
    return Finding(probe, found)


def mind(probe: str, found: str, remedy: str) -> Finding:
    """Return a finding that somebody should know of: a run goes on."""
    return Finding(probe, found, Weight.MIND, remedy)


def stop(probe: str, found: str, remedy: str) -> Finding:
    """Return a finding with which no run goes well."""
    return Finding(probe, found, Weight.STOP, remedy)


def looked(probe: str, look: Callable[[], Iterator[Finding]]) -> Iterator[Finding]:
    """Yield what a look finds; a source's error is a finding too, its remedy in its sentence."""
    try:
        yield from look()
    except SourceError as error:
        found, _, remedy = str(error).rpartition(": ")
        yield stop(probe, found or str(error), remedy)
