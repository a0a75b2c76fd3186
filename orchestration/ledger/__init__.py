"""The decisions store: what was meant to be done, what was done, and what came of it."""

from orchestration.ledger.connection import NO_ADDRESS, database_address
from orchestration.ledger.decision_values import (
    Acceptance,
    BreakState,
    BreakStatus,
    Decision,
    FoundBreak,
    SignOff,
    Topic,
)
from orchestration.ledger.decisions import Decisions
from orchestration.ledger.errors import (
    DecisionRefusedError,
    HeldBackError,
    IntentChangedError,
    LedgerError,
    LedgerNewerError,
    LedgerUnreachableError,
    LostClaimError,
    OtherSecretError,
)
from orchestration.ledger.forgotten import ForgottenCustomers
from orchestration.ledger.repository import Ledger
from orchestration.ledger.states import FINAL, NOT_SENT, UNRESOLVED, State
from orchestration.ledger.values import (
    Attempt,
    Claim,
    DayLimit,
    Entry,
    Halt,
    Intent,
    IntentRecord,
)

__all__ = [
    "FINAL",
    "NOT_SENT",
    "NO_ADDRESS",
    "UNRESOLVED",
    "Acceptance",
    "Attempt",
    "BreakState",
    "BreakStatus",
    "Claim",
    "DayLimit",
    "Decision",
    "DecisionRefusedError",
    "Decisions",
    "Entry",
    "ForgottenCustomers",
    "FoundBreak",
    "Halt",
    "HeldBackError",
    "Intent",
    "IntentChangedError",
    "IntentRecord",
    "Ledger",
    "LedgerError",
    "LedgerNewerError",
    "LedgerUnreachableError",
    "LostClaimError",
    "OtherSecretError",
    "SignOff",
    "State",
    "Topic",
    "database_address",
]
