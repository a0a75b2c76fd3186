"""Where a case stands, and whether things happened out of order (definitions, section 6)."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime

from tests.oracle.amounts import (
    authorized_units,
    by_line,
    paid,
    side_amount,
)
from tests.oracle.causes import first_credit

CONFIRMATION = {"requested": "in_progress", "open": "done", "closed": "done"}
SETTLED = ("done", "not_required")


@dataclass(frozen=True)
class Stage:
    """The statuses of a case, its units by line, and the stage they make."""

    due: Counter
    received: Counter
    passed: Counter
    failed: Counter
    is_dead: bool
    confirmation: str
    inspection: str
    posting: str
    payout: str
    current: str
    inspected_at: datetime | None


def is_over(case):
    """Whether every RMA is closed or cancelled: no more units will come."""
    rmas = case.authorizations
    return bool(rmas) and all(rma.status in ("closed", "cancelled") for rma in rmas)


def is_live(case):
    """Whether the case has an RMA that is not cancelled."""
    return any(rma.status != "cancelled" for rma in case.authorizations)


def expected_units(case):
    """Return the units expected back by line."""
    if case.kind == "return":
        return Counter(case.returned.units)
    return authorized_units(case) if case.kind == "erp_only" else Counter(case.refunded_units)


def due_units(case):
    """Return the units that are to be received and inspected: what is expected, or what came."""
    expected, received = expected_units(case), by_line(case.receipts)
    if not is_over(case):
        return expected
    return Counter({ref: min(units, received[ref]) for ref, units in expected.items()})


def stage_of(case, both):
    """Return where a case stands."""
    received = by_line(case.receipts)
    due = due_units(case)
    is_dead = is_over(case) and not sum(received.values())
    passed, failed = by_line(case.inspections), by_line(case.inspections, "failed")
    inspection = _inspection(case, due, passed + failed, received=received, is_dead=is_dead)
    confirmation = _confirmation(case)
    posting = _posting(case, both, due, is_dead=is_dead)
    payout = _payout(case, both)
    statuses = (confirmation, inspection, posting, payout)
    return Stage(
        due,
        received,
        passed,
        failed,
        is_dead,
        *statuses,
        _current(case, statuses, is_dead=is_dead),
        _inspected_at(case, due) if inspection == "done" else None,
    )


def _confirmation(case):
    if case.kind == "erp_only":
        return "not_started"
    if case.kind == "refund_only":
        return "not_required"
    return CONFIRMATION.get(case.returned.status, "not_required")


def _inspection(case, due, looked_at, *, received, is_dead):
    has_nothing_to_look_at = case.kind == "erp_only" and not case.authorizations
    if case.kind == "refund_only" or case.is_refused or has_nothing_to_look_at or is_dead:
        return "not_required"
    if not sum(received.values()):
        return "not_started"
    return "done" if all(looked_at[ref] >= n for ref, n in due.items()) else "in_progress"


def _inspected_at(case, due):
    if not sum(due.values()):
        return min(event.at for event in case.receipts)
    return max(event.at for event in case.inspections)


def _posting(case, both, due, *, is_dead):
    if not case.credits:
        return "not_required" if is_dead and not case.refunds else "not_started"
    if case.kind == "refund_only" or (case.kind == "erp_only" and not case.authorizations):
        return "done"
    credited = {ref: triple.units for ref, triple in both.erp.items()}
    return "done" if all(credited.get(ref, 0) >= n for ref, n in due.items()) else "in_progress"


def _payout(case, both):
    if not case.refunds:
        return "not_started"
    statuses = [payment.status for refund in case.refunds for payment in refund.payments]
    if not statuses:
        return "not_required"
    exchanged = case.returned.exchanged if case.returned else 0
    is_enough = sum(p.amount for p in paid(case)) >= side_amount(both, 0) - exchanged
    if is_enough and "pending" not in statuses:
        return "done"
    return "failed" if "failure" in statuses and "pending" not in statuses else "in_progress"


def _current(case, statuses, *, is_dead):
    confirmation, inspection, posting, payout = statuses
    if case.is_refused:
        return case.returned.status
    if is_dead and not case.refunds and not case.credits:
        return "cancelled"
    if case.kind != "erp_only" and confirmation not in SETTLED:
        return "awaiting_confirmation"
    if inspection == "not_started":
        return "awaiting_receipt"
    if inspection == "in_progress":
        return "awaiting_inspection"
    if posting not in SETTLED:
        return "awaiting_posting"
    return "complete" if payout in SETTLED else "awaiting_payout"


def is_storefront_complete(case):
    """Whether the storefront believes that nothing is left to do."""
    if case.kind != "return" or case.is_refused:
        return case.kind == "refund_only"
    refunded = case.refunded_units
    is_refunded = all(refunded[ref] >= n for ref, n in case.returned.units.items())
    return case.returned.status == "closed" or is_refunded


def is_erp_complete(stage):
    """Whether inspection and posting are over."""
    return stage.inspection in SETTLED and stage.posting in SETTLED


def is_refunded_before_inspection(case, stage):
    """Whether money went out while a required inspection was not done."""
    if stage.inspection == "not_required":
        return False
    done_at = stage.inspected_at
    return any(done_at is None or payment.at < done_at for payment in paid(case))


def is_credited_before_receipt(case, stage):
    """Whether a credit came before the goods, or without them."""
    credit = first_credit(case)
    if stage.inspection == "not_required" or credit is None:
        return False
    received_at = min((event.at for event in case.receipts), default=None)
    return received_at is None or credit.at < received_at
