"""One sentence about a return that can be read to its customer, and who acts next."""

from collections.abc import Callable, Mapping
from datetime import datetime
from decimal import Decimal

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
    "declined": "Nobody: the return was declined",
    "cancelled": "Nobody: the return was cancelled",
}
ENDED = frozenset({"declined", "cancelled"})
PAYERS = {
    "ready": "Payments: pay the refund",
    "booked": "Payments: the refund is booked; see that its payment goes through",
    "not_due": "Nobody: nothing is left to be paid",
    "failed": "Payments: the refund failed; pay it another way",
    "undecided": "Finance: decide about the payment; no gate lets it through",
}
REFUSED = "Your refund could not be paid: the bank refused it, and we have to pay it anew."
UNDECIDED = (
    "The credit is posted; a colleague has to decide about the payment, so no amount can be"
    " promised yet."
)


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


def customer_sentence(case: Case, *, day: Day) -> str:
    """Return what the customer can be told; it holds our words, days and amounts only."""
    stage = str(case["current_stage"])
    if stage in ENDED:
        return _ended(case, stage, day=day)
    if stage == "complete":
        return _paid(case, day=day)
    waiting = _waiting(case, stage, day=day)
    return f"{waiting} {_money_so_far(case, stage, day=day)}".strip()


def next_actor(case: Case) -> str:
    """Return who acts next, by the stage; about a payment, by its gate."""
    stage = str(case["current_stage"])
    if is_all_done(case):
        return "Nobody: everything is done"
    if stage in ENDED and _has_money(case):
        return "Finance: the return has ended, but money was booked for it"
    if stage == "awaiting_payout":
        return PAYERS[_payment(case)]
    if case["payout_status"] == "failed":
        return PAYERS["failed"]
    if stage == "complete":
        return "Finance: the stages are done, the amounts are not settled yet"
    return NEXT.get(stage, "Data team: this stage is not known here")


def _ended(case: Case, stage: str, *, day: Day) -> str:
    if case["paid_amount"]:
        sent = _since(case, "sent_at", day=day)
        return (
            f"This return was {stage}, but {_amount(case, 'paid_amount')} was refunded{sent};"
            " a colleague has to look at it."
        )
    if _has_money(case):
        return (
            f"This return was {stage}, but money was booked for it; a colleague has to look at it."
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
    return _payout(case, pace)


def _payout(case: Case, pace: str) -> str:
    match _payment(case):
        case "ready":
            amount = _amount(case, "gate_amount")
            return f"Your refund of {amount} is confirmed and being paid out{pace}."
        case "booked":
            return f"Your refund is booked, but its payment is not finished yet{pace}."
        case "not_due":
            return "The credit is posted; nothing is left to be paid."
        case "failed":
            return REFUSED
    return UNDECIDED


def _payment(case: Case) -> str:
    """
    Return where a payment stands, one of PAYERS, by its gate.

    A refund is ready only before it is booked. Booked and not refused, it runs by itself unless
    the gate holds it; a refund without a return has no gate.
    """
    decision, amount = case["gate_decision"], case["gate_amount"]
    if decision == "done" and isinstance(amount, Decimal) and amount <= 0:
        return "not_due"
    if case["payout_status"] == "failed":
        return "failed"
    if decision == "ready" and isinstance(amount, Decimal):
        return "ready"
    if case["payout_status"] == "in_progress" and decision != "held":
        return "booked"
    return "undecided"


def _money_so_far(case: Case, stage: str, *, day: Day) -> str:
    paid = case["paid_amount"]
    if not paid:
        return "" if stage == "awaiting_payout" else "No refund has been paid yet."
    return (
        f"A refund of {_amount(case, 'paid_amount')} was sent{_since(case, 'sent_at', day=day)},"
        " but the return itself is still open."
    )


def _paid(case: Case, *, day: Day) -> str:
    end = " Your return is complete." if is_all_done(case) else ""
    if case["payout_status"] == "not_required":
        if case["erp_amount"] is None:
            return "Your return was credited to your account; a colleague has to check the amount."
        return f"{_amount(case, 'erp_amount')} was credited to your account.{end}"
    if not case["paid_amount"]:
        return f"Nothing was left to be paid.{end}"
    on = _since(case, "sent_at", day=day)
    sent = f"Your refund of {_amount(case, 'paid_amount')} was sent{on}"
    if case["settled_amount"] is None:
        return f"{sent}.{end}"
    if case["is_settled_otherwise"] or not isinstance(case["settled_at"], datetime):
        return f"{sent} and is on its way through the bank."
    return f"{sent} and settled with the bank on {day(case['settled_at'])}.{end}"


def _has_money(case: Case) -> bool:
    """A payment may have failed and a credit may be all there is: either was booked."""
    moments = (case["credited_at"], case["refunded_at"])
    return bool(case["paid_amount"]) or any(isinstance(moment, datetime) for moment in moments)


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
