"""How much one row, and one run, may move without a person saying so."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType


@dataclass(frozen=True)
class Limits:
    """Units; a row above `per_row` waits for an approval, what is above `per_run` for a run."""

    per_row: int
    per_run: int


# Putting on sale is what this product guards, so it gets the least room; holding is the safe side.
LIMITS: Mapping[str, Limits] = MappingProxyType(
    {
        "quarantine": Limits(per_row=200, per_run=5_000),
        "hold_for_inspection": Limits(per_row=200, per_run=5_000),
        "restock": Limits(per_row=50, per_run=2_000),
        "write_off": Limits(per_row=50, per_run=500),
    }
)
