"""Defects of the order of things: on sale before inspection, or paid before the goods are back."""

from datetime import datetime, timedelta
from random import Random

from orchestration.sandbox.business.cases import refund
from orchestration.sandbox.business.flow import Case, Flow


def is_inspected(flow: Flow) -> bool:
    """Whether the goods of a return were inspected."""
    return flow.struck.kind == "return" and flow.struck.inspected_at is not None


def is_inspected_and_paid(flow: Flow) -> bool:
    """Whether a return is done and was paid in money."""
    case = flow.struck
    return is_inspected(flow) and case.is_done and bool(case.refunds[0].get("payments"))


def is_failed(flow: Flow) -> bool:
    """Whether some unit failed its inspection, a while ago."""
    done = flow.struck.inspected_at
    has_failed = any(block["failed"] for block in flow.struck.inspections)
    return has_failed and done is not None and flow.has_happened(done + timedelta(hours=9))


def is_on_its_way(flow: Flow) -> bool:
    """Whether an approved return waits for goods that have not arrived yet."""
    case = flow.struck
    is_waiting = case.authorization is not None and not case.receipts
    return is_waiting and not case.order.is_b2b and flow.has_happened(_soon(case))


def restock_on_arrival(_: Random, flow: Flow) -> None:
    """Put every unit on sale as the parcel is opened."""
    case = flow.struck
    received_at, inspected_at = case.receipts[0]["at"], case.inspected_at or flow.clock
    _restock_all(case, received_at + (inspected_at - received_at) / 3)
    case.exposed_quantity = sum(case.units.values())


def refund_and_restock_at_once(random: Random, flow: Flow) -> None:
    """Refund on the customer's word and put the units on sale in the same click."""
    case = flow.struck
    case.dispositions.clear()
    _refund_early(random, flow, restock=True)
    case.exposed_quantity = sum(case.units.values())
    case.failed_on_sale = _failed(case)


def restock_failed_units(_: Random, flow: Flow) -> None:
    """Put every unit on sale after inspection, whatever was found."""
    case = flow.struck
    _restock_all(case, (case.inspected_at or flow.clock) + timedelta(hours=8))
    case.exposed_quantity = _failed(case)


def refund_at_once(random: Random, flow: Flow) -> None:
    """Refund on the customer's word and close the return; the goods come later, or never."""
    _refund_early(random, flow, restock=False)


def _refund_early(random: Random, flow: Flow, *, restock: bool) -> None:
    case = flow.struck
    case.refunds.clear()
    case.is_restocked_by_refund = restock
    at = _soon(case)
    refund(random, flow, case, at)
    if case.returned is not None:
        case.returned |= {"status": "closed", "closed_at": at}


def _soon(case: Case) -> datetime:
    """Return a moment after the authorization and before any parcel can have arrived."""
    opened_at = case.authorization["at"] if case.authorization else None
    if not isinstance(opened_at, datetime):
        raise TypeError(f"{case.ref} was not authorized")
    return opened_at + timedelta(hours=2)


def _restock_all(case: Case, at: datetime) -> None:
    case.dispositions = [
        {"return": case.ref, "line": line, "quantity": count, "type": "restocked", "at": at}
        for line, count in case.units.items()
    ]
    case.failed_on_sale = _failed(case)


def _failed(case: Case) -> int:
    return sum(block["failed"] for block in case.inspections)
