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
    "sales_agreements": (Nested("agreements", "page_order_agreements"),),
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
