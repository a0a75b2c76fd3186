"""A refund pays the ERP's figure once, and only what was captured and is left."""

from datetime import timedelta
from decimal import Decimal

import pytest

from orchestration.extract.streams import System, read_query
from orchestration.ledger import State
from orchestration.sandbox.identity import gid
from orchestration.sync.values import Outcome

PAID = [("ERP credit CM18", "211.86")]
SENT = {"id": "gid://shopify/ExchangeLineItem/1", "unprocessedQuantity": 0, "lineItems": []}


def pay(bench, *rows, **said):
    return bench.run(*(rows or [bench.refund_gate()]), action="issue_refund", **said)


def two_payments(bench, first="100.00", second="217.79"):
    """The customer paid in two parts."""
    (sale,) = bench.record("Order", "o1")["transactions"]

    def part(name, value):
        bag = {side: {"amount": value, "currencyCode": "USD"} for side in sale["amountSet"]}
        return {**sale, "id": gid("OrderTransaction", "t", name), "amountSet": bag}

    parts = [part("a", first), part("b", second)]
    bench.change("Order", "o1", transactions=parts)
    return parts


def test_a_return_is_processed_and_paid_at_the_erps_amount(bench):
    summary = pay(bench)

    assert summary.counts == {Outcome.CONFIRMED: 1}
    assert bench.refunds() == PAID
    (line,) = bench.record("Return", "r1")["returnLineItems"]
    assert (line["processedQuantity"], line["refundedQuantity"]) == (2, 2)
    assert bench.record("Return", "r1")["status"] == "CLOSED"
    said = bench.ledger.attempts("issue_refund-1")[0].answer
    assert "read back: refunded 211.86, return CLOSED" in said


def test_what_was_paid_is_not_paid_again_by_any_later_run(bench):
    pay(bench)
    again = pay(bench)
    newer = pay(bench, bench.refund_gate(gate_key="newer", evidence="CM18@2"))

    assert again.counts == {Outcome.DONE: 1}
    assert newer.counts == {Outcome.HELD: 1}
    assert bench.refunds() == PAID


def test_a_refund_goes_back_through_several_payments_first_first(bench):
    parts = two_payments(bench)
    pay(bench)

    moved = bench.record("Order", "o1")["transactions"][2:]
    assert [
        (each["parentTransaction"]["id"], each["amountSet"]["presentmentMoney"]["amount"])
        for each in moved
    ] == [(parts[0]["id"], "100.00"), (parts[1]["id"], "111.86")]


def with_a_refund_that_is(bench, status):
    parts = two_payments(bench)
    back = {**parts[1], "id": gid("OrderTransaction", "t", "c"), "kind": "REFUND"}
    back |= {"status": status, "parentTransaction": {"id": parts[1]["id"]}}
    bench.change("Order", "o1", transactions=[*parts, back])


@pytest.mark.parametrize("status", ["PENDING", "AWAITING_RESPONSE", "UNKNOWN"])
def test_a_payment_that_may_be_on_its_way_back_is_spoken_for(bench, status):
    with_a_refund_that_is(bench, status)

    assert pay(bench).held_by_reason == {"above_captured": 1}
    assert bench.refunds() == []


@pytest.mark.parametrize("status", ["ERROR", "FAILURE"])
def test_a_payment_that_did_not_go_back_is_still_there_to_give(bench, status):
    with_a_refund_that_is(bench, status)

    assert pay(bench).counts == {Outcome.CONFIRMED: 1}
    assert bench.refunds() == PAID


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"amount": "317.80"}, "above_captured"),
        ({"amount": "0"}, "no_amount"),
        ({"currency": "EUR"}, "currency_mismatch"),
        ({"details": {"credits": []}}, "no_credit_number"),
        ({"details": {"order_id": None}}, "no_order"),
    ],
)
def test_a_refund_that_cannot_be_right_is_held_and_nothing_is_sent(bench, changes, reason):
    assert pay(bench, bench.refund_gate(**changes)).held_by_reason == {reason: 1}
    assert bench.storefront.write_count == 0


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"status": "CLOSED"}, "return_not_open"),
        ({"returnLineItems": []}, "return_lines_changed"),
        # All of them were sent, as far as one page tells.
        ({"exchangeLineItems": [SENT] * 51}, "exchange_not_sent"),
    ],
)
def test_a_return_that_people_have_changed_since_is_held(bench, fields, reason):
    bench.change("Return", "r1", **fields)

    assert pay(bench).held_by_reason == {reason: 1}
    assert bench.storefront.write_count == 0


def fill_refunds(bench, count=100):
    """Give the order as many refunds as are asked for of it: there may be more."""
    names = [gid("Refund", "many", str(number)) for number in range(count)]
    money = {"amount": "0.00", "currencyCode": "USD"}
    bag = {"shopMoney": money, "presentmentMoney": money}
    made = [
        {"__typename": "Refund", "id": name, "note": None, "return": None, "totalRefundedSet": bag}
        for name in names
    ]
    bench.books.put("us", made)
    bench.change("Order", "o1", refunds=[{"$ref": name} for name in names])


def test_an_order_with_more_refunds_than_can_be_read_is_held(bench):
    fill_refunds(bench)

    assert pay(bench).held_by_reason == {"order_too_long": 1}
    assert bench.storefront.write_count == 0


def test_a_lost_answer_is_not_held_for_no_refund_where_not_all_can_be_read(bench):
    bench.storefront.faults = ["lose before"]
    pay(bench)
    fill_refunds(bench)
    bench.clock.wait(minutes=6)

    assert pay(bench).counts[Outcome.UNKNOWN] == 1
    assert bench.ledger.intent("issue_refund-1").state is State.UNKNOWN
    assert bench.storefront.write_count == 1


def test_what_somebody_refunded_by_hand_meanwhile_is_not_paid_again(bench):
    row = bench.refund_gate("50.00", details={"credits": ["by hand"]})
    pay(bench, row)
    by_hand = bench.refunds()

    other = bench.refund_gate("50.00", gate_key="other", case_key="us/return/other")
    summary = pay(bench, other)

    assert summary.held_by_reason == {"return_not_open": 1}
    assert bench.refunds() == by_hand


def test_an_amount_in_the_shops_currency_is_paid_in_the_customers_at_the_orders_rate(bench):
    order = bench.record("Order", "o1")

    def in_euro(bag):
        value = f"{Decimal(bag['shopMoney']['amount']) / 2:.2f}"
        return {**bag, "presentmentMoney": {"amount": value, "currencyCode": "EUR"}}

    (sale,) = order["transactions"]
    bench.change(
        "Order",
        "o1",
        presentmentCurrencyCode="EUR",
        totalPriceSet=in_euro(order["totalPriceSet"]),
        totalRefundedSet=in_euro(order["totalRefundedSet"]),
        transactions=[{**sale, "amountSet": in_euro(sale["amountSet"])}],
    )
    pay(bench)

    assert bench.refunds() == [("ERP credit CM18", "105.93")]


def test_without_a_return_the_refund_is_created_under_a_key_and_restocks_nothing(bench):
    summary = pay(bench, bench.refund_gate(details={"return_id": None}))

    assert summary.counts == {Outcome.CONFIRMED: 1}
    (refund,) = bench.books.of_kind("us", "Refund")
    assert refund["return"] is None
    assert {line["restockType"] for line in refund["refundLineItems"]} == {"NO_RESTOCK"}
    assert bench.refunds() == PAID


@pytest.mark.parametrize("details", [{}, {"return_id": None}])
@pytest.mark.parametrize("fault", ["lose before", "lose after"])
def test_an_answer_that_was_lost_is_found_by_the_credits_number(bench, fault, details):
    row = bench.refund_gate(details=details)
    bench.storefront.faults = [fault]

    assert pay(bench, row).counts == {Outcome.UNKNOWN: 1}
    early = pay(bench, row)
    bench.clock.wait(minutes=6)
    for _ in range(2):
        pay(bench, row)

    assert early.counts[Outcome.CONFIRMED] == (1 if "after" in fault else 0)
    assert bench.refunds() == PAID
    assert bench.ledger.intent("issue_refund-1").state is State.CONFIRMED
    assert bench.ledger.verify_chain() == ()


def test_a_call_that_may_still_be_on_its_way_is_not_made_again(bench):
    bench.storefront.faults = ["lose before"]
    pay(bench)
    bench.clock.wait(minutes=4)
    pay(bench)

    assert bench.storefront.write_count == 1
    assert bench.ledger.intent("issue_refund-1").state is State.UNKNOWN


def test_units_that_somebody_processed_after_a_lost_call_leave_it_to_a_person(bench):
    bench.storefront.faults = ["lose before"]
    pay(bench)
    (line,) = bench.record("Return", "r1")["returnLineItems"]
    bench.change("Return", "r1", returnLineItems=[{**line, "processedQuantity": 1}])
    bench.clock.wait(hours=1)

    assert pay(bench).counts[Outcome.UNKNOWN] == 1
    assert bench.refunds() == []


def test_a_refund_above_the_limit_is_planned_and_goes_once_a_second_person_approves(bench):
    row = bench.refund_gate(decision="held", hold_reasons=("above_approval_limit",))
    held = pay(bench, row)
    bench.ledger.approve("issue_refund-1", who="finance@example.com", at=bench.clock())
    paid = pay(bench, row)

    assert held.held_by_reason == {"above_approval_limit": 1}
    assert paid.counts == {Outcome.CONFIRMED: 1}
    assert bench.refunds() == PAID


def test_an_approval_lifts_no_other_reason(bench):
    reasons = ("above_approval_limit", "not_inspected")
    row = bench.refund_gate(decision="held", hold_reasons=reasons)
    bench.ledger.plan(row.intent, at=bench.clock(), run_id="person")
    bench.ledger.approve("issue_refund-1", who="finance@example.com", at=bench.clock())

    assert pay(bench, row).held_by_reason == {"above_approval_limit": 1, "not_inspected": 1}
    assert bench.refunds() == []


def test_an_approval_on_older_evidence_does_not_reach_the_newer_plan(bench):
    above = {"decision": "held", "hold_reasons": ("above_approval_limit",)}
    pay(bench, bench.refund_gate(**above))
    bench.ledger.approve("issue_refund-1", who="finance@example.com", at=bench.clock())
    bench.clock.wait(minutes=1)

    newer = bench.refund_gate("200.00", gate_key="newer", evidence="CM18@2", **above)
    summary = pay(bench, newer)

    assert summary.held_by_reason == {"above_approval_limit": 1}
    assert bench.ledger.intent("issue_refund-1").state is State.REFUSED
    assert bench.refunds() == []


def test_the_sandbox_pays_no_more_than_it_received_and_says_so_in_its_words(bench):
    answer = bench.api.execute(
        "us",
        {
            "query": read_query(System.SHOPIFY, "refund_create.graphql"),
            "variables": {
                "idempotencyKey": "k",
                "input": {
                    "orderId": gid("Order", bench.stem, "o1"),
                    "allowOverRefunding": True,
                    "transactions": [
                        {
                            "orderId": gid("Order", bench.stem, "o1"),
                            "parentId": gid("OrderTransaction", bench.stem, "o1/sale"),
                            "gateway": "shopify_payments",
                            "kind": "REFUND",
                            "amount": "500.00",
                        }
                    ],
                },
            },
        },
    )

    said = [error["message"] for error in answer["data"]["refundCreate"]["userErrors"]]
    assert any("is greater than net payment received" in message for message in said)


def test_a_refund_lasts_no_longer_than_its_key_at_the_storefront(bench):
    bench.storefront.faults = ["lose after"]
    row = bench.refund_gate(details={"return_id": None})
    pay(bench, row)
    bench.clock.now += timedelta(hours=25)
    pay(bench, row)

    assert bench.refunds() == PAID
    assert bench.storefront.write_count == 1
