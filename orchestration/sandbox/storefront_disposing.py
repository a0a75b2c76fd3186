"""What is done with units that came back: dispositions of a reverse fulfilment order."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from orchestration.sandbox.identity import gid
from orchestration.sandbox.inventory import levels_raised
from orchestration.sandbox.storefront_books import StorefrontBooks
from orchestration.sandbox.storefront_refund_records import stamp_of
from orchestration.sandbox.storefront_wire import Record, reference

RESTOCKED = "RESTOCKED"


@dataclass(frozen=True)
class DispositionDesk:
    """Where one store's returned units are disposed of, at one moment; it knows no key."""

    books: StorefrontBooks
    store: str
    now: datetime

    def dispose(self, asked: Sequence[Record]) -> Record:
        """Answer `reverseFulfillmentOrderDispose`: all of it or nothing."""
        with self.books.lock:
            if not asked:
                return _refused("BLANK", "Disposition inputs can't be blank")
            owners = [self._owner(each["reverseFulfillmentOrderLineItemId"]) for each in asked]
            if None in owners or len({order["id"] for _, order in filter(None, owners)}) != 1:
                return _refused("INVALID", "Lines must be of one reverse fulfillment order.")
            (returned, order), *_ = filter(None, owners)
            for code, message in self._errors(order, asked):
                return _refused(code, message)
            lines = [self._disposed(line, asked) for line in order["lineItems"]]
            orders = [
                {**each, "lineItems": lines} if each["id"] == order["id"] else each
                for each in returned["reverseFulfillmentOrders"]
            ]
            after = {**returned, "reverseFulfillmentOrders": orders}
            self.books.put(self.store, [after, *self._levels(order, asked)])
            named = {each["reverseFulfillmentOrderLineItemId"] for each in asked}
            changed = [line for line in lines if line["id"] in named]
            return {"reverseFulfillmentOrderLineItems": changed, "userErrors": []}

    def _owner(self, line_id: str) -> tuple[Record, Record] | None:
        for returned in self.books.of_kind(self.store, "Return"):
            for order in returned["reverseFulfillmentOrders"]:
                if any(line["id"] == line_id for line in order["lineItems"]):
                    return returned, order
        return None

    def _errors(self, order: Record, asked: Sequence[Record]) -> Iterator[tuple[str, str]]:
        lines = {line["id"]: line for line in order["lineItems"]}
        units: Counter[str] = Counter()
        for each in asked:
            units[each["reverseFulfillmentOrderLineItemId"]] += each["quantity"]
            if each["quantity"] < 1:
                yield "INVALID", "Quantity must be greater than 0."
            if each["dispositionType"] == RESTOCKED:
                if not each.get("locationId"):
                    yield "INVALID", "A location is needed to restock."
                elif self.books.get(self.store, each["locationId"]) is None:
                    yield "NOT_FOUND", "Location does not exist."
                elif self._item(lines[each["reverseFulfillmentOrderLineItemId"]]) is None:
                    yield "INVALID", "A custom line cannot be restocked."
        for line in lines.values():
            before = sum(made["quantity"] for made in line["dispositions"])
            if units[line["id"]] + before > line["totalQuantity"]:
                yield "INVALID", "Quantity is more than what is left to dispose of."

    def _disposed(self, line: Record, asked: Sequence[Record]) -> Record:
        made = [
            {
                "id": gid("ReverseFulfillmentOrderDisposition", line["id"], f"made/{position}"),
                "type": each["dispositionType"],
                "quantity": each["quantity"],
                "createdAt": stamp_of(self.now),
                "location": self._place(each.get("locationId")),
            }
            for position, each in enumerate(asked, start=len(line["dispositions"]))
            if each["reverseFulfillmentOrderLineItemId"] == line["id"]
        ]
        return {**line, "dispositions": [*line["dispositions"], *made]}

    def _place(self, location_id: str | None) -> Record | None:
        return reference(location_id) if location_id else None

    def _levels(self, order: Record, asked: Sequence[Record]) -> Iterator[Record]:
        """Yield the levels that units put on sale raise; other dispositions touch no stock."""
        added: Counter[tuple[str, str]] = Counter()
        for each in asked:
            if each["dispositionType"] == RESTOCKED:
                line_id = each["reverseFulfillmentOrderLineItemId"]
                (line,) = (line for line in order["lineItems"] if line["id"] == line_id)
                added[str(self._item(line)), each["locationId"]] += each["quantity"]
        yield from levels_raised(self.books, self.store, added, now=self.now)

    def _item(self, line: Record) -> str | None:
        sold = self.books.get(self.store, line["fulfillmentLineItem"]["lineItem"]["$ref"]) or {}
        item: Record | None = (sold.get("variant") or {}).get("inventoryItem")
        return str(item["$ref"]) if item else None


def _refused(code: str, message: str) -> Record:
    said = [{"field": ["dispositionInputs"], "code": code, "message": message}]
    return {"reverseFulfillmentOrderLineItems": None, "userErrors": said}
