"""Intents, claims and what is kept of them, as values."""

import json
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from orchestration.ledger.states import State

# Each thing told is its own effect: a case has a notice for every stage.
TOLD_ONE_BY_ONE = frozenset({"notify"})
# A disposition that nobody can name: the storefront's own counts, and not the intent.
UNNAMED_DISPOSITION = "gid://shopify/ReverseFulfillmentOrderDisposition/"


@dataclass(frozen=True)
class Intent:
    """
    One thing to be done once, whatever crashes: the key is the identity of the effect.

    An intent never changes; other evidence or another quantity is another intent. Amounts are in
    `currency`; quantities are units; `told` is what somebody will read. `details` are what else
    the call needs, as JSON: ids and document numbers, never anything about a person.
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
    told: str | None = None
    details: str | None = None

    @property
    def subject(self) -> str:
        """What the action acts on: a case, one order line of it, or one thing told about it."""
        told = f"|{self.told}" if self.action in TOLD_ONE_BY_ONE else ""
        return f"{self.case_key}|{self.order_line_id or ''}{told}"

    @property
    def effect(self) -> tuple[object, ...]:
        """What the remote would be asked for; names and evidence may be worded anew."""
        what = (self.quantity, self.amount, self.currency, self.told)
        return (
            self.action,
            self.store,
            self.subject,
            self.inventory_item_id,
            self.location_id,
            *what,
        )

    @property
    def call(self) -> tuple[object, ...]:
        """What a gate must still ask for, that a call without an answer may be made again.

        A figure that was restated is told anew, under another key, not once more as it was.
        """
        key = self.intent_key if self.action in TOLD_ONE_BY_ONE else None
        return (*self.effect, key)

    @property
    def reference_if_settled(self) -> str | None:
        """What stands for the effect's own reference where a person says that it happened."""
        how = json.loads(self.details or "{}").get("method")
        return UNNAMED_DISPOSITION if how == "dispositions" else self.told


@dataclass(frozen=True)
class IntentRecord:
    """
    An intent with everything that has become of it so far.

    `request` is what the newest call sent; only a claim on a call without an answer brings it.
    """

    intent: Intent
    state: State
    created_at: datetime
    run_id: str
    proposed_by: str | None = None
    known_until: datetime | None = None
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
    request: str | None = None


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
    request: str | None = None


@dataclass(frozen=True)
class DayLimit:
    """The most that one action may send in a UTC day, in rows, units or money of a currency."""

    measure: str
    most: Decimal


@dataclass(frozen=True)
class Halt:
    """A scope, `store/action` with `*` for every one, in which nothing is sent, and why."""

    scope: str
    who: str
    reason: str
    at: datetime


@dataclass(frozen=True)
class Entry:
    """One line of the history, bound to the one before it by its hash."""

    sequence: int
    intent_key: str
    at: datetime
    who: str
    state: str
    details: str
    previous_hash: str
    hash: str
