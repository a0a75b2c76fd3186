"""What a sync works on and what it says at its end, as values."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from orchestration.ledger import Intent

READY, HELD, DONE = "ready", "held", "done"


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
    The gates as one publication holds them.

    `known_until`: actions confirmed up to then are in its numbers, later ones may not be.
    """

    id: str
    known_until: datetime
    rows: tuple[GateRow, ...]
    incomplete_stores: frozenset[str] = frozenset()


@dataclass(frozen=True)
class RowOutcome:
    """What became of one intent, and why where it was not sent or not confirmed."""

    intent: Intent
    outcome: Outcome
    reason: str = ""


@dataclass(frozen=True)
class Summary:
    """What one run of one action did."""

    action: str
    mode: Mode
    publication: str
    outcomes: tuple[RowOutcome, ...] = field(default=())

    @property
    def counts(self) -> Mapping[Outcome, int]:
        """How many intents ended in each way."""
        return Counter(row.outcome for row in self.outcomes)

    @property
    def held_by_reason(self) -> Mapping[str, int]:
        """How many rows each reason held; a row with two reasons counts in both."""
        held = (row for row in self.outcomes if row.outcome is Outcome.HELD)
        return Counter(reason for row in held for reason in row.reason.split(", "))

    @property
    def unit_count(self) -> int:
        """Units whose move was confirmed in this run."""
        confirmed = (row for row in self.outcomes if row.outcome is Outcome.CONFIRMED)
        return sum(row.intent.quantity or 0 for row in confirmed)
