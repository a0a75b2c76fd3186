"""Connections inside a record that hold more than their first page: read to their end."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from orchestration.extract.errors import UnreadableAnswerError

Page = Mapping[str, Any]
FetchPage = Callable[[str, Mapping[str, Any]], Page | None]

# How long a record's further pages are; those of dear nodes are shorter, to be within a query's
# 1,000 points by the vendor's own rule.
PAGE_SIZE = 100
SMALLER_PAGES = {"page_order_agreements": 4, "page_return_fulfillment_orders": 5}
HAS_NEXT = re.compile(rb'"hasNextPage"\s*:\s*true')


@dataclass(frozen=True)
class Nested:
    """A connection of a record, and the document that reads its further pages by id."""

    field: str
    document: str
    inside: tuple["Nested", ...] = ()
    # A connection of nodes that no id leads to: they are found by their place.
    in_place: "Nested | None" = None


NESTED: dict[str, tuple[Nested, ...]] = {
    "orders": (
        Nested("lineItems", "page_order_lines"),
        Nested("shippingLines", "page_order_shipping_lines"),
        Nested("returns", "page_order_returns"),
    ),
    "returns": (
        Nested("returnLineItems", "page_return_lines"),
        Nested("exchangeLineItems", "page_return_exchange_lines"),
    ),
    "dispositions": (
        Nested(
            "reverseFulfillmentOrders",
            "page_return_fulfillment_orders",
            inside=(Nested("lineItems", "page_fulfillment_order_lines"),),
        ),
    ),
    "refunds": (
        Nested("refundLineItems", "page_refund_lines"),
        Nested("refundShippingLines", "page_refund_shipping_lines"),
        Nested("orderAdjustments", "page_refund_adjustments"),
        Nested("transactions", "page_refund_transactions"),
    ),
    "sales_agreements": (
        Nested(
            "agreements",
            "page_order_agreements",
            in_place=Nested("sales", "page_agreement_sales"),
        ),
    ),
}


def complete(record: dict[str, Any], nested: tuple[Nested, ...], *, fetch: FetchPage) -> None:
    """Append to each connection of the record what its first page left out."""
    for connection in nested:
        held = record.get(connection.field)
        if held is None:
            continue
        _drain(record["id"], held, document=connection.document, fetch=fetch)
        for child in held["nodes"]:
            complete(child, connection.inside, fetch=fetch)
        if connection.in_place:
            _drain_in_place(record["id"], held["nodes"], connection.in_place, fetch=fetch)


def _drain_in_place(
    record_id: str, nodes: list[dict[str, Any]], nested: Nested, *, fetch: FetchPage
) -> None:
    before: str | None = None
    for position, node in enumerate(nodes):
        if not any(_is_cut(later.get(nested.field)) for later in nodes[position:]):
            return
        place = _Place(node, before, nested.field, fetch)
        if _is_cut(node.get(nested.field)):
            _drain(record_id, node[nested.field], document=nested.document, fetch=place.page)
        else:
            place.page(nested.document, {"id": record_id, "after": None})
        before = place.cursor


@dataclass
class _Place:
    """A node of a record's connection, read again as the one after a cursor."""

    node: Page
    before: str | None
    field: str
    fetch: FetchPage
    cursor: str | None = None

    def page(self, document: str, variables: Mapping[str, Any]) -> Page | None:
        """Return a page of what the node holds; raises UnreadableAnswerError if it is another."""
        found = self.fetch(document, {**variables, "before": self.before})
        if not found or not found["nodes"]:
            return None
        first = found["nodes"][0]
        if first["happenedAt"] != self.node["happenedAt"]:
            raise UnreadableAnswerError(
                f"the nodes of {variables['id']} changed places while they were read: repeat later"
            )
        self.cursor = found["pageInfo"]["endCursor"]
        page: Page | None = first.get(self.field)
        return page


def _is_cut(held: Page | None) -> bool:
    return bool(held and held["pageInfo"]["hasNextPage"])


def _drain(record_id: str, held: dict[str, Any], *, document: str, fetch: FetchPage) -> None:
    seen = set()
    known = {node["id"] for node in held["nodes"]}
    while held["pageInfo"]["hasNextPage"]:
        after = held["pageInfo"]["endCursor"]
        if after is None or after in seen:
            raise UnreadableAnswerError(f"{document} of {record_id} repeats a page: repeat later")
        seen.add(after)
        page = fetch(document, {"id": record_id, "after": after})
        if page is None:
            raise UnreadableAnswerError(
                f"{record_id} went away while its pages were read: repeat later"
            )
        # What comes twice, because the record changed between two pages, must not double a line.
        # A refund's line, and a shipping line, may have no id: it is the same as no other.
        for node in page["nodes"]:
            if node["id"] is None or node["id"] not in known:
                held["nodes"].append(node)
                known.add(node["id"])
        held["pageInfo"] = dict(page["pageInfo"])
