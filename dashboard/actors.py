"""Who acts next about one return, and what they do."""

from collections.abc import Sequence
from dataclasses import dataclass

from dashboard.standing import (
    AGREED,
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
UNDECIDED = "decide about the payment; nothing pays it by itself"
PAYERS = {
    Payment.READY: "Payments: pay the refund",
    Payment.BOOKED: "Payments: the refund is booked; see that its payment goes through",
    Payment.NOT_DUE: "Nobody: nothing is left to be paid",
    Payment.FAILED: "Payments: the refund failed; pay it another way",
    Payment.UNDECIDED: f"Finance: {UNDECIDED}",
}


@dataclass(frozen=True)
class Todo:
    """An open break that somebody owns: who, what they do, and whether it is about the money."""

    owner: str
    next_step: str
    is_money: bool

    def __str__(self) -> str:
        step = self.next_step.removesuffix(".")
        return f"{self.owner}: {step[:1].lower()}{step[1:]}"


def next_actor(case: Case, todo: Sequence[Todo] = ()) -> str:
    """
    Return who acts next, by the stage; about a payment, by its gate.

    Where the credit is late, or the stages are done and something is wrong, it is who owns what is
    wrong: the stage's own team can do nothing about it.
    """
    stage = str(case["current_stage"])
    if stage in ENDED:
        return _about_an_ended(case, stage)
    money = next((one for one in todo if one.is_money), None)
    if stage == "awaiting_payout":
        return _about_a_payment(case, money)
    if case["payout_status"] == "failed":
        return PAYERS[Payment.FAILED]
    if stage == "awaiting_posting" and money:
        return str(money)
    if stage == "complete":
        return _about_a_complete(case, todo)
    if stage == "awaiting_inspection" and is_rest_awaited(case):
        return REST
    return NEXT.get(stage, "Data team: this stage is not known here")


def _about_a_payment(case: Case, money: Todo | None) -> str:
    stands = payment(case)
    if stands is Payment.UNDECIDED and money:
        return f"{money.owner}: {UNDECIDED}"
    return PAYERS[stands]


def _about_a_complete(case: Case, todo: Sequence[Todo]) -> str:
    if len(todo) == 1:
        return str(todo[0])
    if todo:
        owners = dict.fromkeys(one.owner for one in todo)
        return f"{' and '.join(owners)}: what is wrong stands below"
    if is_all_done(case):
        return "Nobody: everything is done"
    if case["is_settled_otherwise"] and case["root_cause"] in AGREED:
        return "Payments: see that the bank settles the refund"
    return "Finance: the stages are done, the amounts are not settled yet"


def _about_an_ended(case: Case, stage: str) -> str:
    if has_money(case):
        return "Finance: the return has ended, but money was booked for it"
    if units(case, "received"):
        return "Warehouse: the return has ended, but goods were received"
    return GIVEN_UP if is_given_up(case) else NEXT[stage]
