"""Every return and refund that an order names is read, and read again until it is final."""

from datetime import UTC, datetime, timedelta

import pytest

from orchestration.landing import (
    bank_reference_ids_to_read,
    customer_ids_to_read,
    disposition_ids_to_read,
    refund_ids_to_read,
    return_ids_to_read,
    sales_agreement_ids_to_read,
)
from orchestration.landing.census import census_start, orders_not_met

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


@pytest.mark.parametrize("status", ["REQUESTED", "OPEN", "A_NEW_ONE"])
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


@pytest.mark.parametrize(
    ("status", "due"),
    [
        *((status, ["f1"]) for status in ("PENDING", "AWAITING_RESPONSE", "UNKNOWN", "A_NEW_ONE")),
        *((status, []) for status in ("SUCCESS", "FAILURE", "ERROR")),
    ],
)
def test_a_refund_is_read_again_until_its_money_moved(root, order, landed, status, due):
    order(refunds=["f1"])
    landed("refunds", {"id": "f1", "transactions": {"nodes": [{"id": "p", "status": status}]}})

    assert refund_ids_to_read(root, "us", run_id="run-2") == due


@pytest.mark.parametrize(
    ("status", "due"),
    [("OPEN", ["r1"]), ("A_NEW_ONE", ["r1"]), ("CLOSED", []), ("CANCELED", [])],
)
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


@pytest.fixture
def refunded(landed):
    """Land a refund of one payment; its store may know the bank's reference later."""

    def make(*, paid_at="2026-03-19T10:00:00Z", **payment):
        paid = {"id": "p1", "kind": "REFUND", "status": "SUCCESS", "gateway": "shopify_payments"}
        paid |= {"processedAt": paid_at, **payment}
        landed("refunds", {"id": "f1", "order": {"id": "o1"}, "transactions": {"nodes": [paid]}})

    return make


@pytest.mark.parametrize("payment", [{"status": "PENDING"}, {"gateway": "paypal"}])
def test_a_reference_is_asked_only_of_a_payment_that_can_have_one(root, refunded, payment):
    refunded(**payment)

    assert bank_reference_ids_to_read(root, "us", run_id="run-1") == []


def test_a_reference_is_asked_for_until_it_comes(root, refunded, landed):
    refunded()
    assert bank_reference_ids_to_read(root, "us", run_id="run-1") == ["p1"]

    landed("bank_references", {"id": "p1", "shopifyPaymentsSet": None}, run_id="run-1")
    assert bank_reference_ids_to_read(root, "us", run_id="run-1") == []
    assert bank_reference_ids_to_read(root, "us", run_id="run-2") == ["p1"]

    told = {"id": "p1", "shopifyPaymentsSet": {"refundSet": {"acquirerReferenceNumber": "74"}}}
    landed("bank_references", told, run_id="run-2", extracted_at=SECOND)
    assert bank_reference_ids_to_read(root, "us", run_id="run-3") == []


def test_a_reference_that_did_not_come_within_a_month_is_asked_for_no_longer(
    root, refunded, landed
):
    refunded(paid_at="2026-02-01T10:00:00Z")
    landed("bank_references", {"id": "p1", "shopifyPaymentsSet": None}, run_id="run-1")

    assert bank_reference_ids_to_read(root, "us", run_id="run-2") == []


def test_a_sales_ledger_is_read_with_whatever_of_its_order_was_read(root, order, landed):
    order(name="o1", refunds=["f1"])
    order(name="o2")
    assert sales_agreement_ids_to_read(root, "us", run_id="run-1") == ["o1"]

    landed("sales_agreements", {"id": "o1", "agreements": {"nodes": []}})
    assert sales_agreement_ids_to_read(root, "us", run_id="run-2") == []

    landed("refunds", {"id": "f1", "order": {"id": "o1"}}, extracted_at=SECOND)
    assert sales_agreement_ids_to_read(root, "us", run_id="run-2") == ["o1"]


def test_only_the_buyers_of_orders_that_were_given_back_are_read(root, landed):
    given_back = {"refunds": [{"id": "f1"}]}
    company = {"__typename": "PurchasingCompany", "company": {"id": "c9"}}
    landed(
        "orders",
        {"id": "o1", "customer": {"id": "c1"}, **given_back},
        {"id": "o2", "customer": {"id": "c2"}, "refunds": []},
        {"id": "o3", "customer": {"id": "c3"}, "purchasingEntity": company, **given_back},
        {"id": "o4", "customer": None, **given_back},
    )

    assert customer_ids_to_read(root, "us", run_id="run-1") == ["c1", "c9"]

    landed("customers", {"id": "c1", "customer_key": "k"}, extracted_at=SECOND)
    assert customer_ids_to_read(root, "us", run_id="run-2") == ["c9"]


def test_what_does_not_fit_is_asked_for_by_its_id_until_it_fits_or_is_gone(root, landed):
    too_many = {"id": "gid://shopify/Return/7", "status": "CLOSED", "totalQuantity": "many"}
    landed("returns", too_many, is_partial=True, run_id="run-1")
    assert return_ids_to_read(root, "us", run_id="run-1") == [too_many["id"]]
    landed("returns", {"id": "r1", "status": "CLOSED"}, extracted_at=SECOND, is_partial=True)
    assert return_ids_to_read(root, "us", run_id="run-2") == [too_many["id"]], "chosen otherwise"
    landed("returns", too_many, extracted_at=SECOND, run_id="run-2")
    assert return_ids_to_read(root, "us", run_id="run-3") == [too_many["id"]], "it does not fit"

    landed(
        "returns", answers=[b'{"data": {"nodes": [null]}}'], extracted_at=SECOND, run_id="run-3"
    )
    assert return_ids_to_read(root, "us", run_id="run-4") == []


@pytest.mark.parametrize("id_", ["7", "Return 7", "gid://shopify/Return/"])
def test_what_is_no_id_is_not_asked_for(root, landed, id_):
    landed("returns", {"id": id_, "totalQuantity": "many"})

    assert return_ids_to_read(root, "us", run_id="run-2") == []


def test_a_slice_of_all_orders_with_a_reject_is_read_again_until_all_fits(root, landed):
    for numbers in ((1, 2), (3, 4)):
        landed("order_census", *({"id": f"gid://shopify/Order/{number}"} for number in numbers))
    landed("orders", {"id": "gid://shopify/Order/6"})
    assert census_start(root, "us", records=2) == 4

    ahead = {"id": "gid://shopify/Order/7"}
    landed("order_census", {"id": "gid://shopify/Order/5", "updatedAt": "soon"}, ahead)
    assert census_start(root, "us", records=2) == 4
    assert orders_not_met(root, "us", records=2) == []

    landed("order_census", {"id": "gid://shopify/Order/5"}, ahead)
    assert census_start(root, "us", records=2) == 7
    assert orders_not_met(root, "us", records=2) == ["gid://shopify/Order/6"]
