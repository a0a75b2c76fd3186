"""What the storefront no longer has, or answers in another shape, is the trouble of one row."""

import json
from decimal import Decimal

import httpx
import pytest

from orchestration.extract.post import Receiver
from orchestration.ledger import State
from orchestration.sync.values import Outcome
from tests.sync.effects import STAGES
from tests.sync.letters import SECRET, Hooks

GONE = "gid://shopify/Order/999"
FIRST = {"case_key": "us/return/gone", "case_name": "#0001-R1", "gate_key": "gone"}


def rows_of(bench, action):
    """A row of an order that was deleted, and a sound one that comes after it."""
    changes = {
        "issue_refund": {},
        "publish_quote": {"amount": Decimal("211.86"), "currency": "USD"},
        "publish_status": {"told": STAGES},
        "notify": {"told": "posting"},
    }[action]

    def row(**said):
        if action == "issue_refund":
            return bench.refund_gate(**said)
        return bench.case_gate(action, **changes, **said)

    return row(details={"order_id": GONE}, **FIRST), row()


@pytest.fixture
def hooks(bench):
    taken = Hooks()
    bench.post = Receiver("https://example.com/hooks", SECRET, transport=taken)
    return taken


def garbled(bench, change):
    """The storefront's answers about the deleted order are changed on their way."""
    answer = bench.storefront.answer

    def changed(request):
        if GONE.encode() in request.content:
            return httpx.Response(200, json=change(answer(request).json()))
        return answer(request)

    bench.storefront.answer = changed


@pytest.mark.parametrize("action", ["issue_refund", "publish_quote", "publish_status", "notify"])
def test_an_order_that_was_deleted_holds_its_own_row_and_no_other(bench, hooks, action):
    for _ in range(2):
        summary = bench.run(*rows_of(bench, action), action=action)
        assert summary.held_by_reason == {"order_gone": 1}

    assert summary.counts == {Outcome.HELD: 1, Outcome.DONE: 1}
    assert bench.storefront.write_count + len(hooks.seen) == 1


def test_an_id_that_the_storefront_does_not_take_closes_no_store(bench):
    error = {"message": "Invalid id", "extensions": {"code": "RESOURCE_NOT_FOUND"}}
    garbled(bench, lambda _: {"data": None, "errors": [error]})

    summary = bench.run(*rows_of(bench, "issue_refund"), action="issue_refund")

    assert summary.held_by_reason == {"record_gone": 1}
    assert summary.counts[Outcome.CONFIRMED] == 1


@pytest.mark.parametrize("value", [{}, [], 7, {"transactions": None}])
def test_an_answer_of_another_shape_holds_its_own_row_and_no_other(bench, value):
    garbled(bench, lambda _: {"data": {"order": value}})

    summary = bench.run(*rows_of(bench, "issue_refund"), action="issue_refund")

    assert summary.held_by_reason == {"answer_not_understood": 1}
    assert summary.counts[Outcome.CONFIRMED] == 1


def test_a_lost_refund_whose_order_is_gone_waits_for_a_person_and_is_not_paid_again(bench):
    bench.storefront.faults = ["lose before"]
    row = bench.refund_gate()
    bench.run(row, action="issue_refund")
    bench.books.delete("us", json.loads(row.details)["order_id"])
    bench.clock.wait(hours=2)

    summary = bench.run(row, action="issue_refund")

    assert summary.counts[Outcome.UNKNOWN] == 1
    assert "order is gone" in summary.outcomes[0].reason
    assert bench.ledger.intent("issue_refund-1").state is State.UNKNOWN
    assert bench.storefront.write_count == 1


def test_an_answer_to_a_payment_that_cannot_be_understood_is_read_back(bench):
    answer = bench.storefront.answer

    def garbled_payment(request):
        made = answer(request)
        if b"mutation" not in request.content:
            return made
        bench.storefront.answer = answer
        return httpx.Response(200, json={"data": {"returnProcess": {"return": [7]}}})

    bench.storefront.answer = garbled_payment
    first = bench.run(bench.refund_gate(), action="issue_refund")
    second = bench.run(bench.refund_gate(), action="issue_refund")

    assert first.counts == {Outcome.UNKNOWN: 1}
    assert second.counts[Outcome.CONFIRMED] == 1
    assert len(bench.refunds()) == 1
