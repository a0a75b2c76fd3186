"""What the storefront says of a scenario: amounts, states, times and links."""

import pytest

from tests.sandbox.everything.calls import ask, own_gid

BAG = "{ shopMoney { amount currencyCode } presentmentMoney { amount currencyCode } }"
ORDER = f"""query($id: ID!) {{ order(id: $id) {{
  id name createdAt processedAt updatedAt currencyCode presentmentCurrencyCode taxesIncluded
  returnStatus
  totalPriceSet {BAG} totalRefundedSet {BAG}
  customer {{ id }} purchasingEntity {{ __typename }} paymentTerms {{ paymentTermsType }}
  lineItems(first: 9) {{ nodes {{ id sku quantity currentQuantity lineItemGroup {{ id title }}
    originalUnitPriceSet {BAG}
    discountAllocations {{ allocatedAmountSet {BAG}
      discountApplication {{ __typename targetType }} }}
    taxLines {{ title rate priceSet {BAG} }} }} }}
  shippingLines(first: 2) {{ nodes {{ discountedPriceSet {BAG} taxLines {{ title }} }} }}
  transactions(first: 9) {{ id kind status gateway amountSet {BAG} parentTransaction {{ id }} }}
}} }}"""
RETURN = f"""query($id: ID!) {{ return(id: $id) {{
  name status createdAt requestApprovedAt closedAt totalQuantity decline {{ reason }}
  order {{ id }} refunds(first: 5) {{ nodes {{ id }} }}
  returnShippingFees {{ amountSet {BAG} }}
  returnLineItems(first: 9) {{ nodes {{ quantity refundedQuantity
    returnReasonDefinition {{ handle }}
    ... on ReturnLineItem {{ restockingFee {{ amountSet {BAG} }}
      fulfillmentLineItem {{ lineItem {{ id }} }} }} }} }}
  exchangeLineItems(first: 9) {{ nodes {{ quantity
    lineItems {{ sku quantity originalUnitPriceSet {BAG} taxLines {{ title }} }} }} }}
  reverseFulfillmentOrders(first: 9) {{ nodes {{ id status lineItems(first: 9) {{ nodes {{
    totalQuantity dispositions {{ type quantity createdAt location {{ id name }} }} }} }} }} }}
}} }}"""
REFUND = f"""query($id: ID!) {{ refund(id: $id) {{
  createdAt updatedAt processedAt return {{ id }} totalRefundedSet {BAG}
  refundLineItems(first: 9) {{ nodes {{ quantity restockType restocked location {{ name }}
    lineItem {{ id }} subtotalSet {BAG} totalTaxSet {BAG} }} }}
  refundShippingLines(first: 9) {{ nodes {{ subtotalAmountSet {BAG} taxAmountSet {BAG} }} }}
  orderAdjustments(first: 9) {{ nodes {{ reason amountSet {BAG} }} }}
  transactions(first: 9) {{ nodes {{ id kind status gateway processedAt amountSet {BAG}
    parentTransaction {{ id }} }} }}
}} }}"""


def shop(bag):
    return bag["shopMoney"]["amount"]


def customer(bag):
    return bag["presentmentMoney"]["amount"]


def read(environment, document, kind, ref, *, store="us"):
    (found,) = ask(environment, document, {"id": own_gid(kind, ref)}, store=store).values()
    return found


@pytest.fixture(scope="module")
def order(environment):
    return read(environment, ORDER, "Order", "o1")


@pytest.fixture(scope="module")
def refund(environment):
    return read(environment, REFUND, "Refund", "f1")


@pytest.fixture(scope="module")
def returned(environment):
    return read(environment, RETURN, "Return", "r1")


def test_an_order_is_as_old_as_its_last_event(order):
    assert order["createdAt"] == order["processedAt"] == "2026-03-01T10:00:00Z"
    assert order["updatedAt"] == "2026-03-22T08:00:00Z"


def test_amounts_are_in_the_shops_currency_and_in_the_customers(order):
    cup = order["lineItems"]["nodes"][0]

    assert cup["originalUnitPriceSet"]["shopMoney"] == {"amount": "10.00", "currencyCode": "USD"}
    assert cup["originalUnitPriceSet"]["presentmentMoney"] == {
        "amount": "9.00",
        "currencyCode": "EUR",
    }
    # 0.05 at 0.9 is 0.045: half away from zero
    assert customer(cup["discountAllocations"][0]["allocatedAmountSet"]) == "0.05"
    assert order["presentmentCurrencyCode"] == "EUR"


def test_the_sale_is_captured_whole_by_the_gateway_that_paid_back(order):
    sale, *refunds = order["transactions"]

    # 3 x 10.00 - 0.05 + 40.00 + 9.95, and 2.50 + 0.70 of tax
    assert (sale["kind"], sale["status"], sale["gateway"]) == (
        "SALE",
        "SUCCESS",
        "shopify_payments",
    )
    assert shop(sale["amountSet"]) == shop(order["totalPriceSet"]) == "83.10"
    assert [one["parentTransaction"]["id"] for one in refunds] == [sale["id"]] * 2


def test_components_of_a_bundle_share_one_group(order):
    groups = {line["lineItemGroup"]["id"] for line in order["lineItems"]["nodes"]}

    assert len(groups) == 1
    assert order["lineItems"]["nodes"][0]["lineItemGroup"]["title"] == "SET-90"


def test_discounts_taxes_and_shipping_are_on_the_order(order):
    cup, pot = order["lineItems"]["nodes"]

    assert shop(cup["discountAllocations"][0]["allocatedAmountSet"]) == "0.05"
    assert cup["discountAllocations"][0]["discountApplication"]["targetType"] == "LINE_ITEM"
    assert [(tax["title"], tax["rate"], shop(tax["priceSet"])) for tax in cup["taxLines"]] == [
        ("TX", 0.0835, "2.50")
    ]
    assert pot["discountAllocations"] == []
    (shipping,) = order["shippingLines"]["nodes"]
    assert shop(shipping["discountedPriceSet"]) == "9.95"
    assert (cup["quantity"], cup["currentQuantity"]) == (3, 1)


def test_a_company_buys_on_terms_and_captures_nothing(environment):
    order = read(environment, ORDER, "Order", "o2", store="uk")

    assert order["purchasingEntity"]["__typename"] == "PurchasingCompany"
    assert order["paymentTerms"]["paymentTermsType"] == "NET"
    assert order["transactions"] == []
    # 2 x 120.00 - 12.00, tax inside
    assert (order["taxesIncluded"], shop(order["totalPriceSet"])) == (True, "228.00")


def test_a_consumer_has_no_terms(order):
    assert order["purchasingEntity"]["__typename"] == "Customer"
    assert order["paymentTerms"] is None


def test_a_return_carries_its_times_reasons_and_fees(returned):
    assert (returned["status"], returned["createdAt"]) == ("CLOSED", "2026-03-05T09:00:00Z")
    assert returned["requestApprovedAt"] == "2026-03-05T09:30:00Z"
    assert returned["closedAt"] == "2026-03-20T12:00:00Z"
    (line,) = returned["returnLineItems"]["nodes"]
    assert line["returnReasonDefinition"]["handle"] == "size"
    assert shop(line["restockingFee"]["amountSet"]) == "1.50"
    assert line["fulfillmentLineItem"]["lineItem"]["id"] == own_gid("LineItem", "o1/cup")
    assert [shop(fee["amountSet"]) for fee in returned["returnShippingFees"]] == ["4.00"]
    assert returned["refunds"]["nodes"] == [{"id": own_gid("Refund", "f1")}]


def test_an_exchange_is_one_new_untaxed_unit_off_the_order(returned, order):
    (exchange,) = returned["exchangeLineItems"]["nodes"]
    (line,) = exchange["lineItems"]

    assert (exchange["quantity"], line["sku"], line["quantity"]) == (1, "EXCHANGE-1", 1)
    assert (shop(line["originalUnitPriceSet"]), line["taxLines"]) == ("12.00", [])
    assert len(order["lineItems"]["nodes"]) == 2


def test_dispositions_say_what_became_of_each_unit_and_where(returned):
    (reverse,) = returned["reverseFulfillmentOrders"]["nodes"]
    (line,) = reverse["lineItems"]["nodes"]

    assert (reverse["status"], line["totalQuantity"]) == ("CLOSED", 2)
    found = [
        (one["type"], one["quantity"], one["location"]["name"]) for one in line["dispositions"]
    ]
    assert found == [("RESTOCKED", 1, "north"), ("MISSING", 1, "main")]


@pytest.mark.parametrize(("ref", "status"), [("r2", "REQUESTED"), ("r3", "DECLINED")])
def test_nothing_travels_back_before_approval(environment, ref, status):
    returned = read(environment, RETURN, "Return", ref)

    assert returned["status"] == status
    assert returned["reverseFulfillmentOrders"]["nodes"] == []
    assert (returned["decline"] is not None) == (status == "DECLINED")


def test_a_refund_counts_only_money_that_moved(refund):
    assert shop(refund["totalRefundedSet"]) == "20.00"
    paid = [
        (t["status"], t["gateway"], shop(t["amountSet"])) for t in refund["transactions"]["nodes"]
    ]
    assert paid == [("SUCCESS", "shopify_payments", "20.00"), ("PENDING", "gift_card", "3.79")]
    assert refund["createdAt"] == refund["processedAt"] == "2026-03-19T10:00:00Z"
    assert refund["updatedAt"] == "2026-03-22T08:00:00Z"


def test_a_refunds_lines_shipping_and_adjustment_are_apart(refund):
    (line,) = refund["refundLineItems"]["nodes"]
    (shipping,) = refund["refundShippingLines"]["nodes"]
    (adjustment,) = refund["orderAdjustments"]["nodes"]

    assert (line["restockType"], line["restocked"], line["location"]["name"]) == (
        "RETURN",
        True,
        "main",
    )
    assert (shop(line["subtotalSet"]), shop(line["totalTaxSet"])) == ("19.97", "1.67")
    assert (shop(shipping["subtotalAmountSet"]), shop(shipping["taxAmountSet"])) == (
        "9.95",
        "0.70",
    )
    # The storefront's discrepancy is positive in the merchant's favour.
    assert (adjustment["reason"], shop(adjustment["amountSet"])) == ("REFUND_DISCREPANCY", "-5.00")


def test_a_line_that_is_not_restocked_names_no_place(environment):
    (line,) = read(environment, REFUND, "Refund", "f2", store="uk")["refundLineItems"]["nodes"]

    assert (line["restockType"], line["restocked"], line["location"]) == (
        "NO_RESTOCK",
        False,
        None,
    )


def test_a_settlement_names_its_payment_by_the_tail_of_the_id(environment, refund):
    document = """query($query: String) { shopifyPaymentsAccount {
      balanceTransactions(first: 50, query: $query) { nodes {
        type sourceOrderTransactionId transactionDate
        amount { amount } fee { amount } net { amount } } } } }"""
    account = ask(environment, document, {"query": "processed_at:>='2026-03-21T00:00:00Z'"})
    (entry,) = account["shopifyPaymentsAccount"]["balanceTransactions"]["nodes"]

    paid = refund["transactions"]["nodes"][0]["id"]
    assert entry["sourceOrderTransactionId"] == paid.rpartition("/")[2]
    assert (entry["type"], entry["transactionDate"]) == ("REFUND", "2026-03-21T00:00:00Z")
    amounts = [entry[name]["amount"] for name in ("amount", "fee", "net")]
    assert amounts == ["-20.00", "0.00", "-20.00"]


def test_only_listed_skus_have_a_level(environment):
    document = """query($id: ID!) { location(id: $id) { name inventoryLevels(first: 50) { nodes {
      updatedAt item { sku }
      quantities(names: ["available", "on_hand", "quality_control", "damaged"])
        { name quantity } } } } }"""
    north = own_gid("Location", "north", stem="us")
    place = ask(environment, document, {"id": north})["location"]

    (level,) = place["inventoryLevels"]["nodes"]
    assert (place["name"], level["item"]["sku"]) == ("north", "CUP-90")
    assert level["updatedAt"] == "2026-03-01T10:00:00Z"
    held = {each["name"]: each["quantity"] for each in level["quantities"]}
    # two units are quarantined there by a confirmed action
    assert held == {"available": 12, "on_hand": 14, "quality_control": 2, "damaged": 0}
