"""Tender and payouts say again, by other records, what orders and the processor's ledger say."""

from collections import defaultdict
from decimal import Decimal

import pytest

from orchestration.extract.streams import STREAMS, System
from tests.sandbox.everything.calls import ask

PAYMENTS = """query { orders(first: 250) { nodes { id transactions(first: 50) {
  kind status gateway processedAt amountSet { presentmentMoney { amount currencyCode } }
} } } }"""
STORES = ("us", "uk")
SIGNS = {"SALE": 1, "CAPTURE": 1, "REFUND": -1}


def read(environment, name, store, **more):
    """Return a stream's records by its own document, page after page."""
    stream, found, after = STREAMS[System.SHOPIFY, name], [], None
    while True:
        asked = {"first": 3, "after": after, "query": "", **more}
        page = ask(environment, stream.query, asked, store=store)
        for step in stream.records[1:-1]:
            page = page[step]
        found += page["nodes"]
        if not page["pageInfo"]["hasNextPage"]:
            return found
        after = page["pageInfo"]["endCursor"]


def cents(money):
    return Decimal(money["amount"])


@pytest.mark.parametrize("store", STORES)
def test_tender_is_every_payment_that_moved_money_and_no_other(environment, store):
    moved = []
    for order in ask(environment, PAYMENTS, store=store)["orders"]["nodes"]:
        for payment in order["transactions"]:
            paid = payment["amountSet"]["presentmentMoney"]
            amount = SIGNS[payment["kind"]] * cents(paid)
            of_money = payment["gateway"] not in ("gift_card", "shopify_store_credit")
            if payment["status"] == "SUCCESS" and of_money and amount:
                moved.append((order["id"], payment["processedAt"], amount, paid["currencyCode"]))

    tender = [
        (
            row["order"]["id"],
            row["processedAt"],
            cents(row["amount"]),
            row["amount"]["currencyCode"],
        )
        for row in read(environment, "tender_transactions", store)
    ]

    assert sorted(tender) == sorted(moved)
    assert any(amount < 0 for _, _, amount, _ in tender)
    times = [at for _, at, _, _ in tender]
    assert times == sorted(times)


@pytest.mark.parametrize("store", STORES)
def test_a_payout_is_the_sum_of_the_entries_that_name_it(environment, store):
    sums = defaultdict(Decimal)
    for entry in read(environment, "balance_transactions", store):
        named = entry["associatedPayout"]
        assert (named["id"] is None) == (named["status"] == "PENDING")
        if named["id"]:
            sums[named["id"], entry["net"]["currencyCode"]] += cents(entry["net"])

    payouts = read(environment, "payouts", store)

    assert {(p["id"], p["net"]["currencyCode"]): cents(p["net"]) for p in payouts} == sums
    assert sums
    for payout in payouts:
        parts = payout["summary"]
        gross = sum(cents(parts[name]) for name in parts if name.endswith("Gross"))
        fees = sum(cents(parts[name]) for name in parts if name.endswith("Fee"))
        assert gross - fees == cents(payout["net"])


def test_payouts_are_found_by_the_day_they_were_issued(environment):
    every = read(environment, "payouts", "us")
    last = max(payout["issuedAt"] for payout in every)

    found = read(environment, "payouts", "us", query=f"issued_at:>='{last}'")

    assert {payout["issuedAt"] for payout in found} == {last}
    assert len(found) < len(every)
