"""The storefront's sales ledger, its buyers, and what a bank tells of a refund."""

import pytest

from orchestration.extract.streams import STREAMS, System
from tests.sandbox.everything.calls import ask, own_gid

BUYERS = """query Buyers($id: ID!) { order(id: $id) {
  customer { id } purchasingEntity { __typename ... on PurchasingCompany { company { id } } }
} }"""
PAYMENTS = """query { orders(first: 250) { nodes { refunds { transactions(first: 50) { nodes {
  id status gateway shopifyPaymentsSet { refundSet { acquirerReferenceNumber } }
} } } } } }"""


def nodes(environment, name, ids, store="us"):
    document = STREAMS[System.SHOPIFY, name].query
    return ask(environment, document, {"ids": ids}, store=store)["nodes"]


def booked(agreement):
    return [
        (sale["actionType"], sale["lineType"], sale["quantity"], said["amount"])
        for sale in agreement["sales"]["nodes"]
        for said in [sale["totalAmount"]["shopMoney"]]
    ]


def test_a_return_books_its_lines_fees_and_exchanges_and_its_refund_the_rest(environment):
    [order] = nodes(environment, "sales_agreements", [own_gid("Order", "o1")])

    placed, returned, refunded = order["agreements"]["nodes"]
    assert placed["__typename"] == "OrderAgreement"
    assert returned["return"] == {"id": own_gid("Return", "r1")}
    assert booked(returned) == [
        ("RETURN", "PRODUCT", -2, "-21.64"),
        ("ORDER", "FEE", None, "1.50"),
        ("ORDER", "FEE", None, "4.00"),
        ("ORDER", "PRODUCT", 1, "12.00"),
    ]
    assert refunded["refund"] == {"id": own_gid("Refund", "f1")}
    assert booked(refunded) == [
        ("RETURN", "SHIPPING", None, "-10.65"),
        ("RETURN", "ADJUSTMENT", None, "-5.00"),
    ]


def test_tax_within_a_price_is_not_booked_on_top_of_it(environment):
    ids = [own_gid("Order", "o2")]
    [order] = nodes(environment, "sales_agreements", ids, store="uk")

    _, returned, _ = order["agreements"]["nodes"]
    assert booked(returned) == [("RETURN", "PRODUCT", -1, "-114.00")]


def test_a_buyer_is_a_person_with_an_e_mail_or_a_company_with_its_key_in_the_erp(environment):
    asked = {"id": own_gid("Order", "o2")}
    order = ask(environment, BUYERS, asked, store="uk")["order"]
    company = order["purchasingEntity"]["company"]["id"]

    buyer, person = nodes(environment, "customers", [company, order["customer"]["id"]], "uk")
    assert buyer["__typename"] == "Company"
    assert buyer["externalId"].startswith("C")
    assert person["defaultEmailAddress"]["emailAddress"].endswith("@example.com")


@pytest.mark.parametrize("store", ["us", "uk"])
def test_a_bank_tells_its_reference_of_what_the_storefronts_own_processor_paid(environment, store):
    orders = ask(environment, PAYMENTS, store=store)["orders"]["nodes"]
    payments = [
        payment
        for order in orders
        for refund in order["refunds"]
        for payment in refund["transactions"]["nodes"]
    ]
    told = {payment["id"]: payment["shopifyPaymentsSet"] for payment in payments}

    for payment in payments:
        assert (payment["gateway"] == "shopify_payments") == bool(told[payment["id"]])
    references = [said["refundSet"]["acquirerReferenceNumber"] for said in told.values() if said]
    known = [reference for reference in references if reference]
    assert known
    assert len(set(known)) == len(known)
    again = nodes(environment, "bank_references", sorted(told), store)
    assert {node["id"]: node["shopifyPaymentsSet"] for node in again} == told
