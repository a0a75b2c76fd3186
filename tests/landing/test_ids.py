"""Every return and refund that an order names is read, and read again until it is final."""

from datetime import UTC, datetime, timedelta

import pytest

from orchestration.landing import (
    disposition_ids_to_read,
    refund_ids_to_read,
    return_ids_to_read,
)

FIRST = datetime(2026, 3, 20, 6, 0, tzinfo=UTC)
SECOND = FIRST + timedelta(hours=1)


@pytest.fixture
def order(landed):
    def make(*, returns=(), refunds=(), at=FIRST, store="us", name="o1"):
        record = {
            "id": name,
            "updatedAt": "2026-03-19T10:00:00Z",
            "returns": {"nodes": [{"id": name} for name in returns]},
            "refunds": [{"id": name} for name in refunds],
        }
        landed("orders", record, extracted_at=at, source=store)

    return make


def test_nothing_landed_asks_for_nothing(root):
    assert return_ids_to_read(root, "us", run_id="run-2") == []


def test_a_return_that_an_order_names_is_read(root, order):
    order(returns=["r2", "r1"], refunds=["f1"])

    assert return_ids_to_read(root, "us", run_id="run-1") == ["r1", "r2"]
    assert refund_ids_to_read(root, "us", run_id="run-1") == ["f1"]
    assert disposition_ids_to_read(root, "us", run_id="run-1") == ["r1", "r2"]


def test_another_stores_returns_are_not_asked_of_this_one(root, order):
    order(returns=["r1"], store="uk")

    assert return_ids_to_read(root, "us", run_id="run-1") == []


@pytest.mark.parametrize("status", ["CLOSED", "CANCELED", "DECLINED"])
def test_a_final_return_is_not_read_again(root, order, landed, status):
    order(returns=["r1"])
    landed("returns", {"id": "r1", "status": status})

    assert return_ids_to_read(root, "us", run_id="run-2") == []


@pytest.mark.parametrize("status", ["REQUESTED", "OPEN"])
def test_a_return_that_may_change_is_read_by_every_run_once(root, order, landed, status):
    order(returns=["r1"])
    landed("returns", {"id": "r1", "status": status}, run_id="run-1")

    assert return_ids_to_read(root, "us", run_id="run-1") == []
    assert return_ids_to_read(root, "us", run_id="run-2") == ["r1"]


def test_a_final_return_is_read_again_when_its_order_changed(root, order, landed):
    landed("returns", {"id": "r1", "status": "CLOSED"})
    order(returns=["r1"], at=SECOND)

    assert return_ids_to_read(root, "us", run_id="run-2") == ["r1"]


def test_a_run_that_died_after_the_orders_leaves_no_gap(root, order, landed):
    order(returns=["r1"], refunds=["f1"], at=FIRST)
    order(name="o2", at=SECOND)
    landed("returns", {"id": "r9", "status": "CLOSED"}, extracted_at=SECOND)

    assert return_ids_to_read(root, "us", run_id="run-2") == ["r1"]
    assert refund_ids_to_read(root, "us", run_id="run-2") == ["f1"]


def test_a_return_that_its_order_names_no_more_is_not_asked_for(root, order):
    order(returns=["r1"], at=FIRST)
    order(returns=[], at=SECOND)

    assert return_ids_to_read(root, "us", run_id="run-2") == []


@pytest.mark.parametrize(("status", "due"), [("PENDING", ["f1"]), ("SUCCESS", [])])
def test_a_refund_is_read_again_until_its_money_moved(root, order, landed, status, due):
    order(refunds=["f1"])
    landed("refunds", {"id": "f1", "transactions": {"nodes": [{"id": "p", "status": status}]}})

    assert refund_ids_to_read(root, "us", run_id="run-2") == due


@pytest.mark.parametrize(("status", "due"), [("OPEN", ["r1"]), ("CLOSED", [])])
def test_goods_of_a_closed_return_are_followed_while_they_are_handled(
    root, order, landed, status, due
):
    order(returns=["r1"])
    landed("returns", {"id": "r1", "status": "CLOSED"})
    orders = {"nodes": [{"id": "rfo1", "status": status}]}
    landed("dispositions", {"id": "r1", "reverseFulfillmentOrders": orders})

    assert return_ids_to_read(root, "us", run_id="run-2") == []
    assert disposition_ids_to_read(root, "us", run_id="run-2") == due


def test_goods_of_an_open_return_are_followed_before_any_arrived(root, order, landed):
    order(returns=["r1"])
    landed("returns", {"id": "r1", "status": "OPEN"})
    landed("dispositions", {"id": "r1", "reverseFulfillmentOrders": {"nodes": []}})

    assert disposition_ids_to_read(root, "us", run_id="run-2") == ["r1"]
