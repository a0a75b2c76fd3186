"""What a customer may be told."""

from datetime import UTC, datetime
from decimal import Decimal
from itertools import product

import pytest

from dashboard.actors import Todo, next_actor
from dashboard.sentences import customer_sentence
from dashboard.standing import is_all_done

NOON = datetime(2026, 3, 5, 12, tzinfo=UTC)
FINISHED = {
    "kind": "return",
    "current_stage": "complete",
    "confirmation_status": "done",
    "inspection_status": "done",
    "posting_status": "done",
    "payout_status": "done",
    "is_erp_complete": True,
    "is_falsely_complete": False,
    "is_overdue": False,
    "root_cause": "none",
    "currency": "USD",
    "paid_amount": Decimal("37.72"),
    "storefront_amount": Decimal("37.72"),
    "exchange_amount": Decimal(0),
    "erp_amount": Decimal("37.72"),
    "settled_amount": Decimal("37.72"),
    "is_settled_otherwise": False,
    "payout_variance_amount": Decimal(0),
    "days_in_stage": 1,
    "received_quantity": 1,
    "requested_quantity": 1,
    "passed_quantity": 1,
    "failed_quantity": 0,
    "requested_at": NOON,
    "approved_at": NOON,
    "rma_opened_at": NOON,
    "received_at": NOON,
    "inspected_at": NOON,
    "credited_at": NOON,
    "refunded_at": NOON,
    "settled_at": NOON,
    "sent_at": NOON,
    "gate_decision": "done",
    "gate_amount": Decimal("37.72"),
}
CREDITED = {
    "current_stage": "awaiting_payout",
    "payout_status": "not_started",
    "paid_amount": Decimal(0),
    "settled_amount": None,
    "refunded_at": None,
    "settled_at": None,
    "sent_at": None,
    "root_cause": "awaiting_refund",
}
WAITING = {"passed_quantity": 0}
ENDED = {
    "confirmation_status": "not_required",
    "erp_amount": Decimal(0),
    "credited_at": None,
    "received_quantity": 0,
}


def day(moment):
    return f"{moment:%d %B}"


def sentence(**said):
    return customer_sentence(FINISHED | said, day=day).replace("\N{NO-BREAK SPACE}", " ")


def test_a_finished_return_says_amount_days_and_that_it_is_complete():
    assert sentence() == (
        "Your refund of USD 37.72 was sent on 05 March and settled with the bank on 05 March."
        " Your return is complete."
    )


@pytest.mark.parametrize(
    "open_",
    [
        {"is_settled_otherwise": True, "settled_amount": Decimal(0)},
        {"payout_variance_amount": Decimal("-1.00")},
        {"root_cause": "shipping"},
        {"root_cause": "awaiting_credit_memo"},
        {"is_falsely_complete": True},
        {"is_erp_complete": False},
        {"payout_status": "failed"},
        {"payout_status": "in_progress"},
    ],
)
def test_nothing_is_called_complete_while_money_or_the_erp_is_open(open_):
    assert "complete" not in sentence(**open_)
    assert not is_all_done(FINISHED | open_)
    assert not next_actor(FINISHED | open_).startswith("Nobody")


LATE_CREDIT = Todo("Integration team", "Post the credit memo.", is_money=True)
OTHER_PERIOD = Todo("Finance", "Accrue the other side.", is_money=False)


def test_who_owns_the_late_credit_is_next_and_not_the_team_of_the_stage():
    waiting = FINISHED | {"current_stage": "awaiting_posting", "root_cause": "missing_credit_memo"}
    assert next_actor(waiting) == "Finance: post the credit memo"
    assert next_actor(waiting, [OTHER_PERIOD, LATE_CREDIT]) == (
        "Integration team: post the credit memo"
    )


def test_who_owns_what_is_wrong_is_next_once_the_stages_are_done():
    assert next_actor(FINISHED, [OTHER_PERIOD]) == "Finance: accrue the other side"
    assert next_actor(FINISHED, [OTHER_PERIOD, LATE_CREDIT]) == (
        "Finance and Integration team: what is wrong stands below"
    )


def test_a_payment_that_nothing_makes_is_decided_about_by_who_owns_its_break():
    unpaid = Todo("Payments", "Release the refund.", is_money=True)
    held = FINISHED | CREDITED | {"gate_decision": "held"}
    assert next_actor(held, [unpaid]) == (
        "Payments: decide about the payment; nothing pays it by itself"
    )


def test_a_bank_that_has_not_settled_yet_is_watched_by_payments():
    unsettled = FINISHED | {"is_settled_otherwise": True, "settled_amount": Decimal(0)}
    assert next_actor(unsettled) == "Payments: see that the bank settles the refund"


def test_no_open_stage_in_any_state_is_called_complete():
    stages = ("confirmation", "receipt", "inspection", "posting", "payout")
    states = ("not_started", "in_progress", "done", "failed", "not_required")
    for stage, payout, refunded in product(stages, states, (NOON, None)):
        said = sentence(
            current_stage=f"awaiting_{stage}",
            payout_status=payout,
            refunded_at=refunded,
            sent_at=refunded,
        )
        assert "complete" not in said
        assert said.endswith(".")


def test_a_refund_before_inspection_is_told_with_what_is_still_open():
    waiting = WAITING | {"current_stage": "awaiting_inspection", "is_falsely_complete": True}
    said = sentence(**waiting, stage_target_days=3)
    assert said == (
        "We received your goods on 05 March and are waiting for inspection, day 1 of 3."
        " A refund of USD 37.72 was sent on 05 March, but the return itself is still open."
    )


def test_a_failed_payout_is_told_as_one():
    failed = CREDITED | {"payout_status": "failed", "refunded_at": NOON}
    failed |= {"gate_decision": "held"}
    assert "could not be paid" in sentence(**failed)
    assert next_actor(FINISHED | failed) == "Payments: the refund failed; pay it another way"


def test_a_payment_that_its_gate_lets_through_is_promised_at_the_gates_amount():
    exchanged = CREDITED | {"gate_decision": "ready", "gate_amount": Decimal("20.00")}
    said = sentence(**exchanged, stage_target_days=3)
    assert said == "Your refund of USD 20.00 is confirmed and waits to be paid out, day 1 of 3."
    assert next_actor(FINISHED | exchanged) == "Payments: pay the refund"


@pytest.mark.parametrize("amount", [Decimal(0), Decimal("-4.50")])
@pytest.mark.parametrize("payout", ["not_started", "in_progress", "failed"])
def test_an_even_exchange_or_a_fee_that_eats_the_credit_leaves_nothing_to_pay(amount, payout):
    even = CREDITED | {"gate_amount": amount, "payout_status": payout}
    assert sentence(**even) == "The credit is posted; nothing is left to be paid."
    assert next_actor(FINISHED | even) == "Nobody: nothing is left to be paid"


@pytest.mark.parametrize(
    "gate",
    [
        {"gate_decision": "held"},
        {"gate_decision": "held", "gate_amount": None, "erp_amount": None},
        {"gate_decision": None, "gate_amount": None},
    ],
)
def test_without_a_gate_that_lets_it_through_no_payment_is_promised(gate):
    said = sentence(**CREDITED | gate)
    assert said == (
        "The credit is posted; a colleague has to decide about the payment, so no amount can be"
        " promised yet."
    )
    assert next_actor(FINISHED | CREDITED | gate).startswith("Finance: decide")


@pytest.mark.parametrize("decision", ["done", None])
def test_a_booked_refund_whose_payment_is_pending_is_told_as_such(decision):
    pending = CREDITED | {"payout_status": "in_progress", "refunded_at": NOON, "sent_at": NOON}
    pending |= {"gate_decision": decision}
    assert sentence(**pending) == (
        "Your refund is booked, but its payment is not finished yet, day 1."
    )
    assert next_actor(FINISHED | pending).startswith("Payments: the refund is booked")


def test_a_refund_of_no_known_day_is_told_without_one():
    untold = {"sent_at": None}
    assert sentence(**untold).startswith("Your refund of USD 37.72 was sent and settled")
    assert "USD 37.72 was refunded; a" in sentence(current_stage="declined", **untold)
    assert "USD 37.72 was sent, but" in sentence(current_stage="awaiting_receipt", **untold)


def test_a_credit_on_account_promises_no_payment():
    said = sentence(payout_status="not_required", paid_amount=Decimal(0))
    assert said == "USD 37.72 was credited to your account. Your return is complete."


def test_a_credit_on_account_in_another_currency_is_told_without_an_amount():
    said = sentence(payout_status="not_required", paid_amount=Decimal(0), erp_amount=None)
    assert said == "Your return was credited to your account; a colleague has to check the amount."


def test_a_refund_of_nothing_is_no_refund_that_was_sent():
    assert sentence(paid_amount=Decimal(0)) == (
        "Nothing was left to be paid. Your return is complete."
    )


@pytest.mark.parametrize("stage", ["declined", "cancelled"])
def test_an_ended_return_that_was_refunded_all_the_same_goes_to_a_colleague(stage):
    assert sentence(current_stage=stage) == (
        f"This return was {stage}, but USD 37.72 was refunded on 05 March; a colleague has to"
        " look at it."
    )


@pytest.mark.parametrize("stage", ["declined", "cancelled"])
@pytest.mark.parametrize(
    "booked",
    [
        {"credited_at": NOON},
        {"credited_at": None, "refunded_at": NOON, "payout_status": "failed"},
    ],
)
def test_an_ended_return_with_a_credit_or_a_failed_payment_goes_to_a_colleague(stage, booked):
    case = CREDITED | {"current_stage": stage, "erp_amount": Decimal(0)} | booked
    assert sentence(**case) == (
        f"This return was {stage}, but money was booked for it; a colleague has to look at it."
    )
    assert next_actor(FINISHED | case) == (
        "Finance: the return has ended, but money was booked for it"
    )


@pytest.mark.parametrize("stage", ["declined", "cancelled"])
def test_an_ended_return_without_any_money_is_due_no_refund(stage):
    case = CREDITED | ENDED | {"current_stage": stage}
    assert sentence(**case) == f"This return was {stage}; no refund is due for it."
    assert next_actor(FINISHED | case) == f"Nobody: the return was {stage}"


@pytest.mark.parametrize("stage", ["declined", "cancelled"])
def test_goods_of_an_ended_return_are_not_said_to_be_due_nothing(stage):
    case = CREDITED | ENDED | {"current_stage": stage, "received_quantity": 1}
    assert sentence(**case) == (
        f"This return was {stage}, but goods of it have reached us; a colleague has to look at it."
    )
    assert next_actor(FINISHED | case).startswith("Warehouse: the return has ended")


def test_a_return_that_the_erp_gave_up_was_not_cancelled_by_anybody():
    case = CREDITED | ENDED | {"current_stage": "cancelled", "confirmation_status": "done"}
    assert sentence(**case) == (
        "This return was closed, as no goods have reached us; no refund is due for it."
    )
    assert next_actor(FINISHED | case) == "Nobody: the return was closed without any goods"


def test_a_request_is_of_its_day():
    said = sentence(**CREDITED | {"current_stage": "awaiting_confirmation"})
    assert said.startswith("We have your return request of 05 March and are waiting to approve it")


def test_what_the_erp_alone_knows_of_was_approved_by_nobody():
    said = sentence(**CREDITED | {"current_stage": "awaiting_receipt", "kind": "erp_only"})
    assert said.startswith("A return is open for you since 05 March; the goods have not")


def test_units_that_are_not_all_inspected_are_counted():
    said = sentence(
        current_stage="awaiting_inspection",
        received_quantity=2,
        requested_quantity=3,
        passed_quantity=1,
    )
    assert said.startswith("We received 2 of 3 units on 05 March and are waiting for inspection")


def test_what_is_inspected_is_not_said_to_wait_for_inspection_while_the_rest_is_away():
    case = {"current_stage": "awaiting_inspection", "passed_quantity": 1, "failed_quantity": 1}
    case |= {"received_quantity": 2, "requested_quantity": 3}
    assert sentence(**case).startswith(
        "We received 2 of 3 units on 05 March; the rest has not reached us yet, day 1."
    )
    assert next_actor(FINISHED | case).startswith("Customer and carrier: send the rest")


def test_more_units_than_were_asked_for_are_no_part_of_them():
    said = sentence(**WAITING, current_stage="awaiting_inspection", received_quantity=2)
    assert said.startswith("We received your goods on 05 March and are waiting for inspection")


def test_units_that_did_not_pass_are_told_and_no_refund_is_promised_for_them():
    failed = CREDITED | {"current_stage": "awaiting_posting", "failed_quantity": 1}
    assert sentence(**failed) == (
        "Your goods were inspected on 05 March, and 1 of 2 units did not pass; a colleague has to"
        " decide about the refund, day 1. No refund has been paid yet."
    )


def test_goods_of_which_none_passed_are_not_counted():
    failed = CREDITED | {"current_stage": "awaiting_posting", "passed_quantity": 0}
    assert sentence(**failed | {"failed_quantity": 1}).startswith(
        "Your goods were inspected on 05 March and did not pass; a colleague has to decide"
    )


@pytest.mark.parametrize(
    ("settled", "told"),
    [
        ("0", " and is on its way through the bank."),
        ("30.00", "; the bank has settled USD 30.00 of it so far."),
        ("40.00", "; a colleague has to check what the bank took for it."),
    ],
)
def test_another_amount_at_the_bank_is_told_as_what_it_is(settled, told):
    said = sentence(is_settled_otherwise=True, settled_amount=Decimal(settled))
    assert said == f"Your refund of USD 37.72 was sent on 05 March{told}"


def test_an_amount_that_was_paid_is_not_said_to_be_confirmed_still():
    assert sentence(current_stage="awaiting_posting") == (
        "Your goods were inspected on 05 March; we are still checking the amount, day 1."
        " A refund of USD 37.72 was sent on 05 March, but the return itself is still open."
    )


@pytest.mark.parametrize("stage", ["awaiting_posting", "complete"])
def test_of_an_order_that_was_given_up_before_it_was_paid_no_money_and_no_credit_is_promised(
    stage,
):
    given_up = FINISHED | {
        "kind": "refund_only",
        "current_stage": stage,
        "payout_status": "not_required",
        "paid_amount": Decimal(0),
        "settled_amount": None,
        "sent_at": None,
        "is_never_charged": True,
    }

    assert customer_sentence(given_up, day=str) == (
        "No payment was ever taken for this order, and what was reserved for it was released:"
        " there is nothing to pay back."
    )
    assert "credit" in customer_sentence(given_up | {"is_never_charged": False}, day=str)


@pytest.mark.parametrize(
    ("payout", "told"),
    [
        ("not_started", "No refund has been paid yet."),
        ("in_progress", "A refund is booked, but its payment is not finished yet."),
        ("failed", "Your refund could not be paid: the payment failed"),
        ("not_required", "No money is paid out for it: it goes to your account as credit."),
    ],
)
def test_a_refund_in_advance_is_told_as_its_payment_stands(payout, told):
    case = CREDITED | {"current_stage": "awaiting_receipt", "payout_status": payout}
    assert told in sentence(**case)


def test_of_several_payments_the_one_that_failed_is_told_as_a_part():
    failed = CREDITED | {"payout_status": "failed", "paid_amount": Decimal("10.00")}
    assert sentence(**failed).startswith("Part of your refund could not be paid")
    earlier = sentence(**failed | {"current_stage": "awaiting_receipt"})
    assert "A refund of USD 10.00 was sent" in earlier
    assert "The rest could not be paid" in earlier


def test_an_even_exchange_is_no_credit_to_an_account():
    even = {"payout_status": "not_required", "paid_amount": Decimal(0)}
    even |= {"exchange_amount": Decimal("37.72")}
    assert sentence(**even) == (
        "The USD 37.72 of your return went towards the items you took in exchange; nothing was"
        " left to be paid. Your return is complete."
    )


def test_an_exchange_that_nothing_was_booked_for_is_told_as_one():
    even = CREDITED | {"gate_decision": "done", "gate_amount": Decimal(0)}
    assert sentence(**even | {"exchange_amount": Decimal("37.72")}) == (
        "The credit is posted and went towards the items you took in exchange; nothing is left to"
        " be paid."
    )


@pytest.mark.parametrize("amount", [Decimal(0), Decimal("-3.89")])
def test_a_credit_of_nothing_is_none(amount):
    nothing = {"payout_status": "not_required", "paid_amount": Decimal(0), "erp_amount": amount}
    assert sentence(**nothing) == "Nothing was left to be paid. Your return is complete."


def test_a_refund_without_a_return_is_not_called_a_return():
    assert sentence(kind="refund_only").endswith("Your refund is complete.")
    open_ = sentence(
        kind="refund_only", current_stage="awaiting_posting", inspection_status="not_required"
    )
    assert open_ == (
        "No inspection is needed; we are still checking the amount, day 1."
        " A refund of USD 37.72 was sent on 05 March."
    )


def test_a_currency_that_is_none_is_left_out():
    assert "<b>" not in sentence(currency="<b>", refunded_at=NOON)
