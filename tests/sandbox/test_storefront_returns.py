"""What processing a return and refunding an order change beside them."""

import pytest

from orchestration.extract.streams import STREAMS, System
from orchestration.sandbox.identity import gid
from orchestration.sandbox.server import serve
from tests.sandbox.conftest import SCENARIOS, Clock, Storefront

SEEN = """
query ($id: ID!) {
  return(id: $id) {
    status
    order { returnStatus }
    returnLineItems(first: 5) { nodes { id unprocessedQuantity } }
  }
}
"""
PROCESS = """
mutation ($input: ReturnProcessInput!) {
  returnProcess(input: $input) { return { status } userErrors { message code } }
}
"""


def test_an_order_whose_last_open_return_is_processed_says_that_all_is_returned(tmp_path):
    own = gid("Return", "two_partial_returns", "r2")
    with serve(tmp_path, [SCENARIOS / "two_partial_returns.yaml"], clock=Clock()) as running:
        storefront = Storefront(running.environment)
        before = storefront.read(SEEN, id=own)["return"]
        lines = [
            {"id": line["id"], "quantity": line["unprocessedQuantity"]}
            for line in before["returnLineItems"]["nodes"]
        ]
        entry = {"returnId": own, "returnLineItems": lines}
        done = storefront.read(PROCESS, input=entry)["returnProcess"]
        after = storefront.read(SEEN, id=own)["return"]

    assert done == {"return": {"status": "OPEN"}, "userErrors": []}
    assert (before["status"], before["order"]["returnStatus"]) == ("OPEN", "IN_PROGRESS")
    assert (after["status"], after["order"]["returnStatus"]) == ("CLOSED", "RETURNED")


REFUND = """
mutation ($input: RefundInput!) {
  refundCreate(input: $input) @idempotent(key: "once") {
    refund { refundLineItems(first: 5) { nodes { restocked } } }
    userErrors { message }
  }
}
"""
STOCK = """
query ($item: ID!, $place: ID!) {
  inventoryItem(id: $item) {
    inventoryLevel(locationId: $place) { quantities(names: ["available"]) { quantity } }
  }
}
"""


def available(storefront, **level):
    found = storefront.read(STOCK, **level)["inventoryItem"]["inventoryLevel"]
    return found["quantities"][0]["quantity"] if found else 0


@pytest.mark.parametrize(("kind", "units"), [("RETURN", 1), ("NO_RESTOCK", 0)])
def test_units_that_a_refund_says_to_restock_are_on_sale_once(tmp_path, kind, units):
    place = gid("Location", "us", "main")
    line = {
        "lineItemId": gid("LineItem", "two_partial_returns", "o1/cup"),
        "quantity": 1,
        "restockType": kind,
        "locationId": place,
    }
    entry = {"orderId": gid("Order", "two_partial_returns", "o1"), "refundLineItems": [line]}
    level = {"item": gid("InventoryItem", "us", "CUP-6"), "place": place}
    with serve(tmp_path, [SCENARIOS / "two_partial_returns.yaml"], clock=Clock()) as running:
        storefront = Storefront(running.environment)
        before = available(storefront, **level)
        answers = [storefront.read(REFUND, input=entry)["refundCreate"] for _ in range(2)]
        after = available(storefront, **level)

    assert answers[0] == answers[1]
    assert answers[0]["userErrors"] == []
    (shown,) = answers[0]["refund"]["refundLineItems"]["nodes"]
    assert (shown["restocked"], after - before) == (bool(units), units)


@pytest.mark.parametrize(
    ("sold_as", "booked"), [("tip", "TIP"), ("gift_card", "GIFT_CARD"), (None, "PRODUCT")]
)
def test_the_sales_ledger_names_the_line_that_it_takes_back_whatever_it_was_sold_as(
    tmp_path, sold_as, booked
):
    with serve(tmp_path, [SCENARIOS / "clean_single_return.yaml"], clock=Clock()) as running:
        [line] = running.books.storefront.of_kind("us", "LineItem")
        running.books.storefront.replace("us", {**line, "soldAs": sold_as})
        [order] = running.books.storefront.of_kind("us", "Order")
        document = STREAMS[System.SHOPIFY, "sales_agreements"].query
        found = Storefront(running.environment).read(document, ids=[order["id"]])

    agreements = found["nodes"][0]["agreements"]["nodes"]
    [sale] = [sale for made in agreements for sale in made.get("sales", {}).get("nodes", [])]
    assert (sale["lineType"], sale["lineItem"]) == (booked, {"id": line["id"]})
