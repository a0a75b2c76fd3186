"""What a customer may be told."""

from datetime import UTC, datetime
from decimal import Decimal
from itertools import product

import pytest

from dashboard.sentences import customer_sentence, is_all_done, next_actor

NOON = datetime(2026, 3, 5, 12, tzinfo=UTC)
FINISHED = {
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
    "erp_amount": Decimal("37.72"),
    "settled_amount": Decimal("37.72"),
    "settlement_variance_amount": Decimal(0),
    "payout_variance_amount": Decimal(0),
    "days_in_stage": 1,
    "received_quantity": 1,
    "requested_quantity": 1,
    "requested_at": NOON,
    "approved_at": NOON,
    "received_at": NOON,
    "inspected_at": NOON,
    "credited_at": NOON,
    "refunded_at": NOON,
    "settled_at": NOON,
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
        {"settlement_variance_amount": Decimal("-37.72"), "settled_amount": Decimal(0)},
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


def test_no_open_stage_in_any_state_is_called_complete():
    stages = ("confirmation", "receipt", "inspection", "posting", "payout")
    states = ("not_started", "in_progress", "done", "failed", "not_required")
    for stage, payout, refunded in product(stages, states, (NOON, None)):
        said = sentence(
            current_stage=f"awaiting_{stage}", payout_status=payout, refunded_at=refunded
        )
        assert "complete" not in said
        assert said.endswith(".")


def test_a_refund_before_inspection_is_told_with_what_is_still_open():
    said = sentence(
        current_stage="awaiting_inspection", is_falsely_complete=True, stage_target_days=3
    )
    assert said == (
        "We received your goods on 05 March and are waiting for inspection, day 1 of 3."
        " A refund of USD 37.72 was sent on 05 March, but the return itself is still open."
    )


def test_a_failed_payout_is_told_as_one():
    said = sentence(current_stage="awaiting_payout", payout_status="failed", refunded_at=None)
    assert "could not be paid" in said


def test_a_credit_on_account_promises_no_payment():
    said = sentence(payout_status="not_required", paid_amount=Decimal(0))
    assert said == "USD 37.72 was credited to your account. Your return is complete."


def test_a_declined_return_that_was_refunded_all_the_same_goes_to_a_colleague():
    assert "a colleague has to look at it" in sentence(current_stage="declined")
    assert "no refund is due" in sentence(current_stage="declined", refunded_at=None)


def test_units_that_are_still_missing_are_counted():
    said = sentence(current_stage="awaiting_inspection", received_quantity=2, requested_quantity=3)
    assert "We received 2 of 3 units" in said


def test_a_currency_that_is_none_is_left_out():
    assert "<b>" not in sentence(currency="<b>", refunded_at=NOON)
