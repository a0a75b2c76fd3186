"""What is decided, about what, and how it stands, as values."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from orchestration.ledger.errors import DecisionRefusedError


class Topic(StrEnum):
    """What a decision is about."""

    BREAK = "break"
    CLOSE = "close"


class BreakStatus(StrEnum):
    """How a break stands; `resolved` is a person's word until the data says so too."""

    OPEN = "open"
    SNOOZED = "snoozed"
    ACCEPTED = "accepted"
    RESOLVED = "resolved"


@dataclass(frozen=True)
class FoundBreak:
    """
    A break as a publication showed it to the person who decides.

    `amount` is the money at stake in `currency`; from `materiality_amount` on, in the same
    currency, accepting it takes two people. An unknown amount or limit is material.
    """

    break_key: str
    case_name: str
    break_type: str
    amount: Decimal | None
    currency: str | None
    materiality_amount: Decimal | None
    publication_id: str

    @property
    def is_material(self) -> bool:
        """Whether one person's word is not enough."""
        if self.amount is None or self.materiality_amount is None:
            return True
        return self.amount >= self.materiality_amount


@dataclass(frozen=True)
class BreakState:
    """How one break stands by all decisions so far; `amount` is what was accepted or proposed."""

    break_key: str
    status: str
    owner: str | None = None
    note: str | None = None
    reason: str | None = None
    snoozed_until: datetime | None = None
    resolved_at: datetime | None = None
    amount: Decimal | None = None
    currency: str | None = None
    proposed_by: str | None = None
    decided_by: str = ""
    decided_at: datetime | None = None
    sequence: int = 0


@dataclass(frozen=True)
class Decision:
    """One line of the decisions, bound to the one before it by its hash; details are JSON."""

    sequence: int
    at: datetime
    who: str
    topic: str
    subject: str
    verb: str
    details: str
    previous_hash: str
    hash: str


@dataclass(frozen=True)
class SignOff:
    """
    A closed period, the publication it was closed on, and that file's SHA-256.

    `store` is a store's key or `all`; `period` is an accounting month, `2026-09`. `facts` is what
    was known when it was signed, as JSON.
    """

    period: str
    store: str
    publication_id: str
    publication_sha256: str
    who: str
    at: datetime
    note: str
    facts: str


@dataclass(frozen=True)
class Acceptance:
    """What became of breaks that a person wanted to accept, by count."""

    accepted: int = 0
    proposed: int = 0
    own: int = 0


def written(text: str, what: str) -> str:
    """Return what was said; raises DecisionRefusedError where nothing was."""
    said = text.strip()
    if not said:
        raise DecisionRefusedError(f"write the {what}: whoever reads this later was not there")
    return said
