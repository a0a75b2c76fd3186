"""One sentence about a return that can be read to its customer."""

from collections.abc import Callable
from datetime import datetime
from decimal import Decimal

from dashboard.money import spoken_amount
from dashboard.standing import (
    ENDED,
    Case,
    Payment,
    has_money,
    is_all_done,
    is_covered_by_exchange,
    is_given_up,
    is_rest_awaited,
    payment,
    units,
)

Day = Callable[[datetime], str]

OTHER_WAY = "the payment failed, and we have to pay it another way."
UNDECIDED = (
    "The credit is posted; a colleague has to decide about the payment, so no amount can be"
    " promised yet."
)
NEVER_CHARGED = (
    "No payment was ever taken for this order, and what was reserved for it was released: there is"
    " nothing to pay back."
)
# What is said of a refund of which nothing was paid, by the status of its payout.
UNPAID = {
    "failed": f"Your refund could not be paid: {OTHER_WAY}",
    "in_progress": "A refund is booked, but its payment is not finished yet.",
    "not_required": "No money is paid out for it: it goes to your account as credit.",
}


def customer_sentence(case: Case, *, day: Day) -> str:
    """Return what the customer can be told; it holds our words, days and amounts only."""
    stage = str(case["current_stage"])
    if stage in ENDED:
        return _ended(case, stage, day=day)
    # An earlier publication does not say it.
    if case.get("is_never_charged") and case["payout_status"] == "not_required":
        return NEVER_CHARGED
    if stage == "complete":
        return _complete(case, day=day)
    waiting = _waiting(case, stage, day=day)
    return f"{waiting} {_money_so_far(case, stage, day=day)}".strip()


def _ended(case: Case, stage: str, *, day: Day) -> str:
    if case["paid_amount"]:
        sent = _since(case, "sent_at", day=day)
        return (
            f"This return was {stage}, but {_amount(case, 'paid_amount')} was refunded{sent};"
            " a colleague has to look at it."
        )
    for is_so, but in (
        (has_money(case), "money was booked for it"),
        (units(case, "received") > 0, "goods of it have reached us"),
    ):
        if is_so:
            return f"This return was {stage}, but {but}; a colleague has to look at it."
    if is_given_up(case):
        return "This return was closed, as no goods have reached us; no refund is due for it."
    return f"This return was {stage}; no refund is due for it."


def _waiting(case: Case, stage: str, *, day: Day) -> str:
    pace = _pace(case)
    match stage:
        case "awaiting_confirmation":
            of = _since(case, "requested_at", day=day, word="of")
            return f"We have your return request{of} and are waiting to approve it{pace}."
        case "awaiting_receipt":
            return f"{_agreed(case, day=day)}; the goods have not reached us yet{pace}."
        case "awaiting_inspection":
            received = _since(case, "received_at", day=day)
            if is_rest_awaited(case):
                some = _units(case, else_="goods")
                return f"We received {some}{received}; the rest has not reached us yet{pace}."
            goods = _units(case, else_="your goods")
            return f"We received {goods}{received} and are waiting for inspection{pace}."
        case "awaiting_posting":
            return f"{_checked(case, day=day)}; {_being_posted(case)}{pace}."
    return _payout(case, pace)


def _payout(case: Case, pace: str) -> str:
    match payment(case):
        case Payment.READY:
            amount = _amount(case, "gate_amount")
            return f"Your refund of {amount} is confirmed and waits to be paid out{pace}."
        case Payment.BOOKED:
            return f"Your refund is booked, but its payment is not finished yet{pace}."
        case Payment.NOT_DUE:
            towards = " and went towards the items you took in exchange"
            went = towards if case["exchange_amount"] else ""
            return f"The credit is posted{went}; nothing is left to be paid."
        case Payment.FAILED:
            whole = "Part of your refund" if case["paid_amount"] else "Your refund"
            return f"{whole} could not be paid: {OTHER_WAY}"
    return UNDECIDED


def _money_so_far(case: Case, stage: str, *, day: Day) -> str:
    if not case["paid_amount"]:
        if stage == "awaiting_payout":
            return ""
        if case["payout_status"] == "not_required" and is_covered_by_exchange(case):
            return "No money is paid out for it: the items you took in exchange cover it."
        return UNPAID.get(str(case["payout_status"]), "No refund has been paid yet.")
    sent = f"A refund of {_amount(case, 'paid_amount')} was sent{_since(case, 'sent_at', day=day)}"
    sent += ", but the return itself is still open." if _what(case) == "return" else "."
    if case["payout_status"] == "failed" and stage != "awaiting_payout":
        return f"{sent} The rest could not be paid: {OTHER_WAY}"
    return sent


def _complete(case: Case, *, day: Day) -> str:
    end = f" Your {_what(case)} is complete." if is_all_done(case) else ""
    if case["payout_status"] == "not_required":
        return _credited(case, end)
    if not case["paid_amount"]:
        return f"Nothing was left to be paid.{end}"
    on = _since(case, "sent_at", day=day)
    sent = f"Your refund of {_amount(case, 'paid_amount')} was sent{on}"
    if case["settled_amount"] is None:
        return f"{sent}.{end}"
    if case["is_settled_otherwise"] or not isinstance(case["settled_at"], datetime):
        return f"{sent}{_unsettled(case)}."
    return f"{sent} and settled with the bank on {day(case['settled_at'])}.{end}"


def _unsettled(case: Case) -> str:
    settled, paid = case["settled_amount"], case["paid_amount"]
    if not isinstance(settled, Decimal) or not isinstance(paid, Decimal) or not settled:
        return " and is on its way through the bank"
    if settled < paid:
        return f"; the bank has settled {_amount(case, 'settled_amount')} of it so far"
    return "; a colleague has to check what the bank took for it"


def _credited(case: Case, end: str) -> str:
    """A refund without any payment: an even exchange, or a credit on account."""
    if is_covered_by_exchange(case):
        went = f"The {_amount(case, 'storefront_amount')} of your return went towards the items"
        return f"{went} you took in exchange; nothing was left to be paid.{end}"
    if case["erp_amount"] is None:
        return "Your return was credited to your account; a colleague has to check the amount."
    if isinstance(case["erp_amount"], Decimal) and case["erp_amount"] <= 0:
        return f"Nothing was left to be paid.{end}"
    return f"{_amount(case, 'erp_amount')} was credited to your account.{end}"


def _agreed(case: Case, *, day: Day) -> str:
    """What the ERP alone knows of, nobody approved in the storefront."""
    if case["kind"] == "erp_only":
        return f"A return is open for you{_since(case, 'rma_opened_at', day=day, word='since')}"
    return f"Your return was approved{_since(case, 'approved_at', day=day)}"


def _checked(case: Case, *, day: Day) -> str:
    if case["inspection_status"] == "not_required":
        return "No inspection is needed"
    inspected = f"Your goods were inspected{_since(case, 'inspected_at', day=day)}"
    failed, all_ = units(case, "failed"), units(case, "passed") + units(case, "failed")
    if not failed:
        return inspected
    some = f", and {failed} of {all_} units" if failed < all_ else " and"
    return f"{inspected}{some} did not pass"


def _being_posted(case: Case) -> str:
    """What was paid or put on account already is no longer being confirmed to its customer."""
    if case["paid_amount"] or case["payout_status"] == "not_required":
        return "we are still checking the amount"
    if units(case, "failed"):
        return "a colleague has to decide about the refund"
    return "the refund amount is being confirmed"


def _what(case: Case) -> str:
    return "refund" if case["kind"] == "refund_only" else "return"


def _units(case: Case, *, else_: str) -> str:
    received, asked = units(case, "received"), units(case, "requested")
    return f"{received} of {asked} units" if 0 < received < asked else else_


def _pace(case: Case) -> str:
    """The target is not in every publication."""
    days, target = case["days_in_stage"], case.get("stage_target_days")
    if not days:
        return ""
    if case["is_overdue"]:
        return f", day {days}; this takes longer than it should"
    return f", day {days} of {target}" if target else f", day {days}"


def _since(case: Case, moment: str, *, day: Day, word: str = "on") -> str:
    happened = case[moment]
    return f" {word} {day(happened)}" if isinstance(happened, datetime) else ""


def _amount(case: Case, name: str) -> str:
    return spoken_amount(case[name], case["currency"])
