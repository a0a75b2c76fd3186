"""Intents, claims and what is kept of them, as values."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from orchestration.ledger.states import State


@dataclass(frozen=True)
class Intent:
    """
    One thing to be done once, whatever crashes: the key is the identity of the effect.

    An intent never changes; other evidence or another quantity is another intent. Amounts are in
    `currency`; quantities are units.
    """

    intent_key: str
    action: str
    store: str
    case_key: str
    case_name: str = ""
    order_line_id: str | None = None
    sku: str | None = None
    quantity: int | None = None
    amount: Decimal | None = None
    currency: str | None = None
    inventory_item_id: str | None = None
    location_id: str | None = None
    evidence: str | None = None

    @property
    def subject(self) -> str:
        """What the action acts on: a case, or one order line of it."""
        return f"{self.case_key}|{self.order_line_id or ''}"

    @property
    def effect(self) -> tuple[object, ...]:
        """What the remote would be asked for; names and evidence may be worded anew."""
        what = (self.quantity, self.amount, self.currency)
        return (
            self.action,
            self.store,
            self.subject,
            self.inventory_item_id,
            self.location_id,
            *what,
        )


@dataclass(frozen=True)
class IntentRecord:
    """An intent with everything that has become of it so far."""

    intent: Intent
    state: State
    created_at: datetime
    run_id: str
    approved_by: str | None = None
    request_hash: str | None = None
    first_sent_at: datetime | None = None
    sent_at: datetime | None = None
    confirmed_at: datetime | None = None
    reference: str | None = None
    message: str | None = None
    lease_owner: str | None = None
    fencing_token: int = 0
    attempt_count: int = 0


@dataclass(frozen=True)
class Claim:
    """The right to act on one intent until the lease ends or a higher token is given out."""

    record: IntentRecord
    owner: str
    fencing_token: int
    expires_at: datetime

    @property
    def intent_key(self) -> str:
        """The key of the claimed intent."""
        return self.record.intent.intent_key


@dataclass(frozen=True)
class Attempt:
    """One call that was, or may have been, made; no outcome means that none was recorded."""

    intent_key: str
    number: int
    owner: str
    request_hash: str
    started_at: datetime
    finished_at: datetime | None
    outcome: str | None
    answer: str | None


@dataclass(frozen=True)
class Entry:
    """One line of the history, bound to the one before it by its hash."""

    sequence: int
    intent_key: str
    at: datetime
    who: str
    state: State
    details: str
    previous_hash: str
    hash: str
