"""How much one row, one run and one day may move without a person saying so."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from types import MappingProxyType


class Measure(StrEnum):
    """What a limit counts."""

    UNITS = "units"
    ROWS = "rows"
    AMOUNT = "amount"


@dataclass(frozen=True)
class Limits:
    """
    A row above `per_row` waits for an approval, what is above `per_run` for the next run.

    What is above `per_day` (UTC) waits for the next day. Amounts are of a currency like the
    dollar; `scaled` gives those of another.
    """

    per_row: int
    per_run: int
    per_day: int = 1_000_000
    measure: Measure = Measure.UNITS

    def scaled(self, limit: int, currency: str | None) -> Decimal:
        """Return a limit in the currency of an amount, or as it is for units and rows."""
        scale = SCALES.get(currency or "", Decimal(1)) if self.measure is Measure.AMOUNT else 1
        return limit * Decimal(scale)


# What a dollar is worth, roughly, in currencies whose unit is of another order.
SCALES: Mapping[str, Decimal] = MappingProxyType(
    {
        "JPY": Decimal(150),
        "KRW": Decimal(1300),
        "VND": Decimal(25000),
        "KWD": Decimal("0.3"),
        "BHD": Decimal("0.4"),
        "OMR": Decimal("0.4"),
        "JOD": Decimal("0.7"),
    }
)

# Putting on sale is what this product guards, so it gets the least room; holding is the safe side.
# A single refund is limited by the gate's own approval limit of its currency; a run of messages
# by what a person can still look through.
LIMITS: Mapping[str, Limits] = MappingProxyType(
    {
        "publish_quote": Limits(1, 250, 10_000, Measure.ROWS),
        "quarantine": Limits(200, 5_000, 20_000),
        "hold_for_inspection": Limits(200, 5_000, 20_000),
        "restock": Limits(50, 2_000, 10_000),
        "write_off": Limits(50, 500, 2_000),
        "issue_refund": Limits(10_000, 25_000, 100_000, Measure.AMOUNT),
        "publish_status": Limits(1, 250, 10_000, Measure.ROWS),
        "open_rma": Limits(1, 50, 200, Measure.ROWS),
        "notify": Limits(1, 250, 10_000, Measure.ROWS),
    }
)
