"""One credit of the ERP may serve several returns of an order: each is paid its own part."""

import json
from decimal import Decimal

import pytest
import yaml

from orchestration.ledger import State
from orchestration.sandbox.identity import gid
from orchestration.sync.values import Outcome
from tests.ledger.fresh import fresh_ledger_file
from tests.sync.bench import SCENARIOS, Bench

FIRST, SECOND = Decimal("10.81"), Decimal("21.64")
NOTE = "ERP credit CM18"
BOTH_PAID = [(NOTE, str(FIRST)), (NOTE, str(SECOND))]


@pytest.fixture
def shared(tmp_path):
    """An order of three units, of which two open returns hold one and two; nothing is paid."""
    flow = yaml.safe_load((SCENARIOS / "two_partial_returns.yaml").read_text(encoding="utf-8"))
    first, _ = flow["returns"]
    first["status"] = "open"
    del first["closed_at"], flow["refunds"]
    file = tmp_path / "shared_credit.yaml"
    file.write_text(yaml.safe_dump(flow), encoding="utf-8")
    made = Bench(fresh_ledger_file(tmp_path / "ledger.sqlite"), scenario=file)
    yield made
    made.close()


def row(bench, ref, amount, *, quantity):
    own = gid("Return", bench.stem, ref)
    line = {"order_line_id": bench.scenarios[0].line_gid("o1", "cup"), "quantity": quantity}
    details = {
        "order_id": gid("Order", bench.stem, "o1"),
        "return_id": own,
        "credits": ["CM18"],
        "lines": [line],
        "shipping": "0",
    }
    return bench.gate(
        "issue_refund",
        amount=amount,
        currency="USD",
        details=json.dumps(details),
        case_key=f"us/return/{own}",
        case_name=f"#1005-{ref}",
        gate_key=ref,
    )


def pay(bench, *refs):
    rows = {
        "r1": row(bench, "r1", FIRST, quantity=1),
        "r2": row(bench, "r2", SECOND, quantity=2),
    }
    return bench.run(*(rows[ref] for ref in refs), action="issue_refund")


def test_both_returns_of_one_credit_are_paid(shared):
    assert pay(shared, "r1", "r2").counts == {Outcome.CONFIRMED: 2}
    assert sorted(shared.refunds()) == BOTH_PAID
    assert pay(shared, "r1", "r2").counts == {Outcome.DONE: 2}


@pytest.mark.parametrize("fault", ["lose before", "lose after", "again before", "again after"])
def test_the_other_returns_refund_is_not_taken_for_one_whose_answer_was_lost(shared, fault):
    shared.storefront.faults = [fault]
    assert pay(shared, "r2").counts == {Outcome.UNKNOWN: 1}
    assert pay(shared, "r1").counts[Outcome.CONFIRMED] >= 1
    shared.clock.wait(minutes=10)
    for _ in range(2):
        pay(shared, "r1", "r2")

    assert sorted(shared.refunds()) == BOTH_PAID
    references = {shared.ledger.intent(ref).reference for ref in ("r1", "r2")}
    assert len(references) == 2
    assert shared.ledger.intent("r2").state is State.CONFIRMED


def forget_returns(bench):
    """The storefront no longer says what its refunds were for."""
    for refund in bench.books.of_kind("us", "Refund"):
        bench.books.put("us", [{**refund, "return": None}])


def test_a_refund_of_the_credit_that_names_no_return_is_compared_by_a_person(shared):
    shared.storefront.faults = ["lose before"]
    pay(shared, "r2")
    pay(shared, "r1")
    forget_returns(shared)
    shared.clock.wait(minutes=10)

    assert pay(shared, "r2").counts[Outcome.UNKNOWN] == 1
    assert len(shared.refunds()) == 1


def test_nothing_is_paid_beside_a_refund_of_the_credit_that_names_no_return(shared):
    pay(shared, "r1")
    forget_returns(shared)

    assert pay(shared, "r2").held_by_reason == {"refunded_meanwhile": 1}
