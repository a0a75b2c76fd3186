"""One sentence about a return that can be read to its customer, and who acts next."""

from collections.abc import Callable, Mapping
from datetime import datetime

from dashboard.money import spoken_amount

Case = Mapping[str, object]
Day = Callable[[datetime], str]

FINISHED = frozenset({"done", "not_required"})
AGREED = frozenset({"none", "rounding", "offsetting"})
NEXT = {
    "awaiting_confirmation": "Storefront team: approve or decline the return",
    "awaiting_receipt": "Customer and carrier: send the goods; the warehouse receives them",
    "awaiting_inspection": "Warehouse: inspect what was received",
    "awaiting_posting": "Finance: post the credit memo",
    "awaiting_payout": "Payments: pay the refund",
    "declined": "Nobody: the return was declined",
    "cancelled": "Nobody: the return was cancelled",
}


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
        and not case["settlement_variance_amount"]
        and not case["payout_variance_amount"]
    )


def customer_sentence(case: Case, *, day: Day) -> str:
    """Return what the customer can be told; it holds our words, days and amounts only."""
    stage = str(case["current_stage"])
    if stage in ("declined", "cancelled"):
        return _ended(case, stage, day=day)
    if stage == "complete":
        return _paid(case, day=day)
    waiting = _waiting(case, stage, day=day)
    return f"{waiting} {_money_so_far(case, stage, day=day)}".strip()


def next_actor(case: Case) -> str:
    """Return who acts next, by the stage alone."""
    if is_all_done(case):
        return "Nobody: everything is done"
    if case["payout_status"] == "failed":
        return "Payments: the refund failed; pay it another way"
    stage = str(case["current_stage"])
    if stage == "complete":
        return "Finance: the stages are done, the amounts are not settled yet"
    return NEXT.get(stage, "Data team: this stage is not known here")


def _ended(case: Case, stage: str, *, day: Day) -> str:
    if isinstance(case["refunded_at"], datetime):
        return (
            f"This return was {stage}, but {_amount(case, 'paid_amount')} was refunded on"
            f" {day(case['refunded_at'])}; a colleague has to look at it."
        )
    return f"This return was {stage}; no refund is due for it."


def _waiting(case: Case, stage: str, *, day: Day) -> str:
    since, pace = _since(case, "requested_at", day=day), _pace(case)
    match stage:
        case "awaiting_confirmation":
            return f"We have your return request{since} and are waiting to approve it{pace}."
        case "awaiting_receipt":
            approved = _since(case, "approved_at", day=day)
            return f"Your return was approved{approved}; the goods have not reached us yet{pace}."
        case "awaiting_inspection":
            received = _since(case, "received_at", day=day)
            return f"We received {_units(case)}{received} and are waiting for inspection{pace}."
        case "awaiting_posting":
            inspected = _since(case, "inspected_at", day=day)
            return f"{_checked(case, inspected)}; the refund amount is being confirmed{pace}."
    if case["payout_status"] == "failed":
        return "Your refund could not be paid: the bank refused it, and we have to pay it anew."
    return f"Your refund of {_amount(case, 'erp_amount')} is confirmed and being paid out{pace}."


def _money_so_far(case: Case, stage: str, *, day: Day) -> str:
    paid = case["paid_amount"]
    if not paid or not isinstance(case["refunded_at"], datetime):
        return "" if stage == "awaiting_payout" else "No refund has been paid yet."
    return (
        f"A refund of {_amount(case, 'paid_amount')} was sent on {day(case['refunded_at'])},"
        " but the return itself is still open."
    )


def _paid(case: Case, *, day: Day) -> str:
    end = " Your return is complete." if is_all_done(case) else ""
    if case["payout_status"] == "not_required" or not isinstance(case["refunded_at"], datetime):
        return f"{_amount(case, 'erp_amount')} was credited to your account.{end}"
    sent = f"Your refund of {_amount(case, 'paid_amount')} was sent on {day(case['refunded_at'])}"
    if case["settled_amount"] is None:
        return f"{sent}.{end}"
    if case["settlement_variance_amount"] or not isinstance(case["settled_at"], datetime):
        return f"{sent} and is on its way through the bank."
    return f"{sent} and settled with the bank on {day(case['settled_at'])}.{end}"


def _checked(case: Case, inspected: str) -> str:
    if case["inspection_status"] == "not_required":
        return "No inspection is needed"
    return f"Your goods were inspected{inspected}"


def _units(case: Case) -> str:
    received, asked = case["received_quantity"], case["requested_quantity"]
    if received and asked and received != asked:
        return f"{received} of {asked} units"
    return "your goods"


def _pace(case: Case) -> str:
    """The target is not in every publication."""
    days, target = case["days_in_stage"], case.get("stage_target_days")
    if not days:
        return ""
    if case["is_overdue"]:
        return f", day {days}; this takes longer than it should"
    return f", day {days} of {target}" if target else f", day {days}"


def _since(case: Case, moment: str, *, day: Day) -> str:
    happened = case[moment]
    return f" on {day(happened)}" if isinstance(happened, datetime) else ""


def _amount(case: Case, name: str) -> str:
    return spoken_amount(case[name], case["currency"])
