"""May anything be written? Policy as values, and the evidence it is decided on."""

from orchestration.gates.evidence import check_states, published_file
from orchestration.gates.limits import LIMITS_FILE, Limits, LimitsError, Measure, read_limits
from orchestration.gates.policy import (
    PUBLICATION,
    PUBLICATION_GATE,
    CheckState,
    Gate,
    Verdict,
)

__all__ = [
    "LIMITS_FILE",
    "PUBLICATION",
    "PUBLICATION_GATE",
    "CheckState",
    "Gate",
    "Limits",
    "LimitsError",
    "Measure",
    "Verdict",
    "check_states",
    "published_file",
    "read_limits",
]
