"""What must hold before anything is sent, as values that decide from values."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

import dagster as dg

from orchestration.checks.keys import PUBLICATION, PUBLICATION_IS_COMPLETE

__all__ = ["PUBLICATION", "PUBLICATION_GATE", "CheckState", "Gate", "Verdict"]


class CheckState(StrEnum):
    """What a check says of the data as it is now; only `passed` opens a gate."""

    PASSED = "passed"
    FAILED = "failed"
    STALE = "stale"  # its latest answer is about an earlier materialization
    MISSING = "missing"  # it never gave an answer


@dataclass(frozen=True)
class Verdict:
    """A gate's answer; the text says which check closed it and how."""

    gate: str
    reasons: tuple[str, ...]

    @property
    def is_open(self) -> bool:
        """Whether nothing speaks against it."""
        return not self.reasons

    def __str__(self) -> str:
        return f"{self.gate} is {'open' if self.is_open else 'closed: ' + ', '.join(self.reasons)}"


@dataclass(frozen=True)
class Gate:
    """A name and the checks that must all have passed."""

    name: str
    required: frozenset[dg.AssetCheckKey]

    def decide(self, states: Mapping[dg.AssetCheckKey, CheckState]) -> Verdict:
        """Open only when every required check passed on the current data."""
        return Verdict(
            self.name,
            tuple(
                f"{key.name} is {state}"
                for key in sorted(self.required, key=lambda key: key.name)
                if (state := states.get(key, CheckState.MISSING)) is not CheckState.PASSED
            ),
        )


# Every sync asks the roll-up alone: a model's own checks fail after its table is written, and
# the roll-up knows of all of them.
PUBLICATION_GATE = Gate("publication_gate", frozenset({PUBLICATION_IS_COMPLETE}))
