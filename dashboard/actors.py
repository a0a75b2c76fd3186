"""Who acts next about one return, and what they do."""

from dashboard.standing import (
    ENDED,
    Case,
    Payment,
    has_money,
    is_all_done,
    is_given_up,
    is_rest_awaited,
    payment,
    units,
)

NEXT = {
    "awaiting_confirmation": "Storefront team: approve or decline the return",
    "awaiting_receipt": "Customer and carrier: send the goods; the warehouse receives them",
    "awaiting_inspection": "Warehouse: inspect what was received",
    "awaiting_posting": "Finance: post the credit memo",
    "declined": "Nobody: the return was declined",
    "cancelled": "Nobody: the return was cancelled",
}
REST = "Customer and carrier: send the rest; what was received is inspected"
GIVEN_UP = "Nobody: the return was closed without any goods"
PAYERS = {
    Payment.READY: "Payments: pay the refund",
    Payment.BOOKED: "Payments: the refund is booked; see that its payment goes through",
    Payment.NOT_DUE: "Nobody: nothing is left to be paid",
    Payment.FAILED: "Payments: the refund failed; pay it another way",
    Payment.UNDECIDED: "Finance: decide about the payment; nothing pays it by itself",
}


def next_actor(case: Case) -> str:
    """Return who acts next, by the stage; about a payment, by its gate."""
    stage = str(case["current_stage"])
    if is_all_done(case):
        return "Nobody: everything is done"
    if stage in ENDED:
        return _about_an_ended(case, stage)
    if stage == "awaiting_payout":
        return PAYERS[payment(case)]
    if case["payout_status"] == "failed":
        return PAYERS[Payment.FAILED]
    if stage == "complete":
        return "Finance: the stages are done, the amounts are not settled yet"
    if stage == "awaiting_inspection" and is_rest_awaited(case):
        return REST
    return NEXT.get(stage, "Data team: this stage is not known here")


def _about_an_ended(case: Case, stage: str) -> str:
    if has_money(case):
        return "Finance: the return has ended, but money was booked for it"
    if units(case, "received"):
        return "Warehouse: the return has ended, but goods were received"
    return GIVEN_UP if is_given_up(case) else NEXT[stage]
