"""What a sync works on and what it says at its end, as values."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Self

from orchestration.ledger import Intent

READY, HELD, DONE = "ready", "held", "done"
SHOWN_ROWS = 200


class Mode(StrEnum):
    """Dry computes the plan and sends nothing; live sends."""

    DRY = "dry"
    LIVE = "live"


class Outcome(StrEnum):
    """What a run did with one row or one intent."""

    PLANNED = "planned"  # would be sent in live mode
    CONFIRMED = "confirmed"
    REFUSED = "refused"
    UNKNOWN = "unknown"
    DONE = "done"  # was confirmed by an earlier run
    HELD = "held"


@dataclass(frozen=True)
class GateRow:
    """One row of the published gates, for one action."""

    action: str
    store: str
    case_key: str
    case_name: str
    decision: str
    gate_key: str
    order_line_id: str | None = None
    sku: str | None = None
    quantity: int | None = None
    amount: Decimal | None = None
    currency: str | None = None
    hold_reasons: tuple[str, ...] = ()
    evidence: str | None = None
    told: str | None = None
    details: str | None = None
    inventory_item_id: str | None = None
    location_id: str | None = None
    requested_at: datetime | None = None

    @property
    def intent(self) -> Intent:
        """The effect this row asks for, under the row's own key."""
        return Intent(
            intent_key=self.gate_key,
            action=self.action,
            store=self.store,
            case_key=self.case_key,
            case_name=self.case_name,
            order_line_id=self.order_line_id,
            sku=self.sku,
            quantity=self.quantity,
            amount=self.amount,
            currency=self.currency,
            inventory_item_id=self.inventory_item_id,
            location_id=self.location_id,
            evidence=self.evidence,
            told=self.told,
            details=self.details,
        )


@dataclass(frozen=True)
class Publication:
    """
    The gates as one publication holds them, in the order in which they are taken.

    The rows may be iterated again. `known_until`: actions confirmed up to then are in its numbers,
    later ones may not be.
    """

    id: str
    known_until: datetime
    rows: Iterable[GateRow]
    incomplete_stores: frozenset[str] = frozenset()


@dataclass(frozen=True)
class RowOutcome:
    """What became of one intent, and why where it was not sent or not confirmed."""

    intent: Intent
    outcome: Outcome
    reason: str = ""


@dataclass
class Summary:
    """What one run of one action did: counts of everything, and the first of its rows."""

    action: str
    mode: Mode
    publication: str
    row_count: int = 0
    counts: Counter[Outcome] = field(default_factory=Counter)
    # A row with two reasons counts in both.
    held_by_reason: Counter[str] = field(default_factory=Counter)
    units: Counter[Outcome] = field(default_factory=Counter)
    outcomes: list[RowOutcome] = field(default_factory=list)

    def add_all(self, outcomes: Iterable[RowOutcome]) -> Self:
        """Count what became of each row, as it comes."""
        for row in outcomes:
            self.row_count += 1
            self.counts[row.outcome] += 1
            self.units[row.outcome] += row.intent.quantity or 0
            if row.outcome is Outcome.HELD:
                self.held_by_reason.update(row.reason.split(", "))
            if len(self.outcomes) < SHOWN_ROWS:
                self.outcomes.append(row)
        return self
