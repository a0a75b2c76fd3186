"""How one return stands, read off its row: what customers and colleagues are told rests on it."""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

Case = Mapping[str, object]

FINISHED = frozenset({"done", "not_required"})
AGREED = frozenset({"none", "rounding", "offsetting"})
ENDED = frozenset({"declined", "cancelled"})


class Payment(StrEnum):
    """Where the payment of a refund stands."""

    READY = "ready"
    BOOKED = "booked"
    NOT_DUE = "not_due"
    FAILED = "failed"
    UNDECIDED = "undecided"


def is_all_done(case: Case) -> bool:
    """
    Return whether nothing at all is open: stages, ERP, money and bank.

    Only then may anybody be told that a return is complete.
    """
    return (
        case["current_stage"] == "complete"
        and bool(case["is_erp_complete"])
        and not case["is_falsely_complete"]
        and all(
            case[f"{stage}_status"] in FINISHED for stage in ("inspection", "posting", "payout")
        )
        and case["root_cause"] in AGREED
        and not case["is_settled_otherwise"]
        and not case["payout_variance_amount"]
    )


def payment(case: Case) -> Payment:
    """
    Return where a payment stands, by its gate.

    A refund is ready only before it is booked. Booked and not refused, it runs by itself unless
    the gate holds it; a refund without a return has no gate.
    """
    decision, amount = case["gate_decision"], case["gate_amount"]
    if decision == "done" and isinstance(amount, Decimal) and amount <= 0:
        return Payment.NOT_DUE
    if case["payout_status"] == "failed":
        return Payment.FAILED
    if decision == "ready" and isinstance(amount, Decimal):
        return Payment.READY
    if case["payout_status"] == "in_progress" and decision != "held":
        return Payment.BOOKED
    return Payment.UNDECIDED


def has_money(case: Case) -> bool:
    """Return whether anything was booked: a payment may have failed, a credit be all there is."""
    moments = (case["credited_at"], case["refunded_at"])
    return bool(case["paid_amount"]) or any(isinstance(moment, datetime) for moment in moments)


def is_given_up(case: Case) -> bool:
    """Return whether the ERP closed it with nothing received: the storefront did not cancel it."""
    return case["current_stage"] == "cancelled" and case["confirmation_status"] != "not_required"


def is_rest_awaited(case: Case) -> bool:
    """Return whether all that was received is inspected, so that the wait is for more goods."""
    return units(case, "received") <= units(case, "passed") + units(case, "failed")


def is_covered_by_exchange(case: Case) -> bool:
    """Return whether the items that were taken instead are worth all that was refunded."""
    refunded, taken = case["storefront_amount"], case["exchange_amount"]
    if not isinstance(refunded, Decimal) or not isinstance(taken, Decimal):
        return False
    return 0 < refunded <= taken


def units(case: Case, what: str) -> int:
    """Return how many units were requested, received, passed or failed; unknown is none."""
    return int(str(case[f"{what}_quantity"] or 0))
