"""A store that decides on returned units late: by dispositions, and each unit once."""

from copy import deepcopy

import pytest

from orchestration.ledger import State
from orchestration.sandbox.identity import gid
from orchestration.sandbox.storefront_disposing import DispositionDesk
from orchestration.sync.values import Outcome
from tests.sync.bench import PLACE, STORE

SHELF = {"available": 10}
OF_LINE = "reverseFulfillmentOrderLineItemId"


@pytest.fixture
def late(bench):
    bench.stock(**SHELF)
    bench.disposes_late = True
    return bench


def by_hand(bench, *, kind="RESTOCKED", quantity=1):
    """Somebody decides on units in the storefront."""
    (order,) = bench.record("Return", "r1")["reverseFulfillmentOrders"]
    asked = {OF_LINE: order["lineItems"][0]["id"], "quantity": quantity, "dispositionType": kind}
    place = {"locationId": PLACE} if kind == "RESTOCKED" else {}
    return DispositionDesk(bench.books, STORE, bench.clock()).dispose([{**asked, **place}])


def split_in_two(bench):
    """The line was shipped in two parcels, so its units stand on two lines of the return."""
    returned = deepcopy(bench.record("Return", "r1"))
    (line,) = returned["reverseFulfillmentOrders"][0]["lineItems"]
    other = {**line, "id": gid("ReverseFulfillmentOrderLineItem", bench.stem, "second parcel")}
    lines = [{**each, "totalQuantity": 1} for each in (line, other)]
    returned["reverseFulfillmentOrders"][0]["lineItems"] = lines
    bench.books.put(STORE, [returned])


def test_a_passed_unit_is_put_on_sale_by_its_disposition_alone(late):
    summary = late.run(late.disposition_gate("restock"), action="restock")

    assert summary.counts == {Outcome.CONFIRMED: 1}
    assert late.dispositions() == [("RESTOCKED", 1)]
    assert late.units() == {"available": 11}
    reference = late.ledger.intent("restock-1").reference
    assert reference.startswith("gid://shopify/ReverseFulfillmentOrderDisposition/")


def test_a_failed_unit_is_never_on_sale(late):
    late.run(late.disposition_gate("write_off"), action="write_off")

    assert late.dispositions() == [("NOT_RESTOCKED", 1)]
    assert late.units() == SHELF


def test_units_that_stand_on_two_lines_are_disposed_of_in_one_call(late):
    split_in_two(late)

    late.run(late.disposition_gate("restock", quantity=2), action="restock")

    assert late.storefront.write_count == 1
    assert late.dispositions() == [("RESTOCKED", 1), ("RESTOCKED", 1)]
    assert late.ledger.intent("restock-1").reference.count(",") == 1


def test_no_more_units_are_disposed_of_than_are_left(late):
    by_hand(late, kind="NOT_RESTOCKED")

    summary = late.run(late.disposition_gate("restock", quantity=2), action="restock")

    assert summary.held_by_reason == {"too_few_undisposed": 1}
    assert late.storefront.write_count == 0


@pytest.mark.parametrize("action", ["restock", "write_off"])
def test_a_row_of_the_other_method_is_not_sent_once_the_setting_has_changed(late, action):
    late.disposes_late = False

    summary = late.run(late.disposition_gate(action), action=action)

    assert summary.held_by_reason == {"inventory_method_changed": 1}
    assert late.storefront.write_count == 0


def test_a_store_that_decides_late_takes_no_units_into_quality_control(late):
    summary = late.run(late.stock_gate("hold_for_inspection"), action="hold_for_inspection")

    assert summary.held_by_reason == {"inventory_method_changed": 1}
    assert late.units() == SHELF


def test_units_that_are_in_quality_control_already_leave_it_by_their_state(late):
    late.stock(quality_control=1)

    late.run(late.stock_gate("restock"), action="restock")

    assert late.units() == {"available": 1}
    assert late.dispositions() == []


def test_a_lost_answer_is_read_back_by_the_method_it_was_sent_with(late):
    late.storefront.faults = ["lose after"]
    late.run(late.disposition_gate("restock"), action="restock")
    late.disposes_late = False

    late.run(late.disposition_gate("restock"), action="restock")

    assert late.ledger.intent("restock-1").state is State.CONFIRMED
    assert late.dispositions() == [("RESTOCKED", 1)]


def test_what_was_disposed_of_before_the_call_is_not_taken_for_its_effect(late):
    by_hand(late)
    late.storefront.faults = ["lose before"]
    late.run(late.disposition_gate("restock"), action="restock")
    late.clock.wait(minutes=6)

    for _ in range(2):
        late.run(late.disposition_gate("restock"), action="restock")

    assert late.ledger.intent("restock-1").state is State.CONFIRMED
    assert late.dispositions() == [("RESTOCKED", 1), ("RESTOCKED", 1)]


def test_a_call_that_may_still_be_on_its_way_is_not_made_again(late):
    late.storefront.faults = ["lose before"]
    late.run(late.disposition_gate("restock"), action="restock")
    late.clock.wait(minutes=4)

    late.run(late.disposition_gate("restock"), action="restock")

    assert late.ledger.intent("restock-1").state is State.UNKNOWN
    assert late.storefront.write_count == 1


def test_a_return_that_cannot_be_read_is_no_proof_that_nothing_happened(late):
    late.storefront.faults = ["lose after"]
    late.run(late.disposition_gate("restock"), action="restock")
    late.clock.wait(minutes=6)
    returned = late.record("Return", "r1")
    late.books.delete(STORE, returned["id"])

    late.run(late.disposition_gate("restock"), action="restock")

    assert late.ledger.intent("restock-1").state is State.UNKNOWN
    assert late.storefront.write_count == 1


def test_where_somebody_disposed_of_the_same_units_too_a_person_compares(late):
    late.storefront.faults = ["lose after"]
    late.run(late.disposition_gate("restock"), action="restock")
    by_hand(late)
    late.clock.wait(minutes=6)

    summary = late.run(late.disposition_gate("restock"), action="restock")

    assert summary.counts[Outcome.UNKNOWN] == 1
    assert "somebody else" in summary.outcomes[0].reason
    assert late.storefront.write_count == 1


def test_one_that_a_person_says_happened_and_cannot_name_is_still_a_disposition(late):
    late.storefront.faults = ["lose after"]
    late.run(late.disposition_gate("restock"), action="restock")

    late.ledger.settle("restock-1", is_applied=True, who="desk", note="seen", at=late.clock())

    settled = late.ledger.intent("restock-1")
    assert settled.state is State.CONFIRMED
    assert settled.reference == "gid://shopify/ReverseFulfillmentOrderDisposition/"


@pytest.mark.parametrize(
    ("asked", "code"),
    [([], "BLANK"), ([{OF_LINE: "gid://shopify/ReverseFulfillmentOrderLineItem/1"}], "INVALID")],
)
def test_the_sandbox_refuses_what_a_storefront_refuses(late, asked, code):
    answer = DispositionDesk(late.books, STORE, late.clock()).dispose(asked)

    assert answer["userErrors"][0]["code"] == code


def test_the_sandbox_disposes_of_no_more_than_there_is(late):
    assert by_hand(late, quantity=3)["userErrors"][0]["code"] == "INVALID"
    assert late.dispositions() == []
    assert late.units() == SHELF
