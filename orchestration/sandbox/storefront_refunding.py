"""Refunds made now: of a return by processing it, of an order without one."""

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from graphql import GraphQLError

from orchestration.sandbox.identity import gid
from orchestration.sandbox.inventory import levels_raised
from orchestration.sandbox.scenario_values import amount
from orchestration.sandbox.storefront_books import StorefrontBooks
from orchestration.sandbox.storefront_refund_records import (
    RESTOCKING,
    Paid,
    Refunded,
    changed_records,
    processed_return,
)
from orchestration.sandbox.storefront_reversals import Till
from orchestration.sandbox.storefront_wire import Record, return_status

KEY_LIFETIME = timedelta(hours=24)
CAPTURED = frozenset({"SALE", "CAPTURE"})
MISMATCH = "The same idempotency key cannot be used with different operation parameters."
NO_KEY = "The @idempotent directive is required for this mutation but was not provided."


@dataclass(frozen=True)
class RefundDesk:
    """Where one store's money goes back, at one moment."""

    books: StorefrontBooks
    store: str
    now: datetime

    def process(self, request: Record) -> Record:
        """Answer `returnProcess`: no key, and a payload that still says how the return was."""
        with self.books.lock:
            returned = self._known(request["returnId"])
            order = self._known(returned["order"]["$ref"])
            issued = (request.get("financialTransfer") or {}).get("issueRefund")
            asked = request.get("returnLineItems") or []
            paid = [
                Paid(each["parentId"], amount(each["transactionAmount"]["amount"]))
                for each in (issued or {}).get("orderTransactions") or []
            ]
            currencies = {
                each["transactionAmount"]["currencyCode"]
                for each in (issued or {}).get("orderTransactions") or []
            }
            errors = [
                *self._return_errors(returned, asked),
                *self._payment_errors(order, paid, currencies=currencies),
            ]
            if errors:
                said = [{"field": None, "code": "INVALID", "message": one} for one in errors]
                if returned["status"] != "OPEN":
                    said[0]["code"] = "INVALID_STATE"
                return {"return": None, "userErrors": said}
            units = _units_by_order_line(returned, asked)
            after = processed_return(returned, asked, now=self.now)
            order = {**order, "returnStatus": self._return_status(order, after)}
            shipping = (request.get("refundShipping") or {}).get("shippingRefundAmount")
            refunded = Refunded(
                order=order,
                units=units,
                paid=paid,
                shipping=amount(shipping["amount"]) if shipping else Decimal(0),
                note=request.get("note"),
                returned=after if issued is not None else None,
                restock={},
            )
            changed = list(self._changes(refunded)) if issued is not None else [after, order]
            self.books.put(self.store, changed)
            shown = next(one for one in changed if one["id"] == returned["id"])
            was = {"status": returned["status"], "closedAt": returned["closedAt"]}
            return {"return": {**shown, **was}, "userErrors": []}

    def create(self, request: Record, key: str | None) -> Record:
        """Answer `refundCreate`: once per key, and errors that have no code."""
        if key is None:
            raise GraphQLError(NO_KEY, extensions={"code": "BAD_REQUEST"})
        said = "refund" + json.dumps(request, sort_keys=True, default=str)
        fingerprint = hashlib.sha256(said.encode()).hexdigest()
        with self.books.lock:
            earlier = self.books.answered(self.store, key)
            if earlier and datetime.fromisoformat(earlier[2]) > self.now - KEY_LIFETIME:
                if earlier[0] != fingerprint:
                    return _refused([MISMATCH])
                return self._replayed(earlier[1])
            return self._created(request, key=key, fingerprint=fingerprint)

    def _created(self, request: Record, *, key: str, fingerprint: str) -> Record:
        order = self._known(request["orderId"])
        moved = request.get("transactions") or []
        paid = [Paid(each.get("parentId"), amount(each["amount"])) for each in moved]
        lines = request.get("refundLineItems") or []
        errors = [
            *("Kind must be refund" for each in moved if each["kind"] != "REFUND"),
            *("Parent can't be blank" for each in paid if not each.parent),
            *self._line_errors(lines),
            *self._payment_errors(order, paid, currencies={request.get("currency")} - {None}),
        ]
        if errors:
            return _refused(errors)
        shipping = (request.get("shipping") or {}).get("amount")
        refunded = Refunded(
            order=order,
            units={each["lineItemId"]: int(each["quantity"]) for each in lines},
            paid=paid,
            shipping=amount(shipping),
            note=request.get("note"),
            returned=None,
            restock={
                each["lineItemId"]: (each.get("restockType"), each.get("locationId"))
                for each in lines
            },
        )
        changed = [*self._changes(refunded), *self._restocked(lines)]
        own = next(one["id"] for one in changed if one["__typename"] == "Refund")
        answer = {"refund": own, "order": order["id"]}
        self.books.apply(
            self.store,
            changed,
            key=key,
            fingerprint=fingerprint,
            answer=answer,
            at=self.now.isoformat(),
        )
        return self._replayed(answer)

    def _restocked(self, lines: Iterable[Record]) -> Iterator[Record]:
        """Whatever was shipped or received: units that are said to be put back are on sale."""
        units: Counter[tuple[str, str]] = Counter()
        for each in lines:
            item = (self._known(each["lineItemId"]).get("variant") or {}).get("inventoryItem")
            if each.get("restockType") in RESTOCKING and each.get("locationId") and item:
                units[item["$ref"], each["locationId"]] += int(each["quantity"])
        yield from levels_raised(self.books, self.store, units, now=self.now)

    def _replayed(self, answer: Record) -> Record:
        """A replay is answered from the records as they are now."""
        found = {name: self.books.get(self.store, own) for name, own in answer.items()}
        return {**found, "userErrors": []}

    def _changes(self, refunded: Refunded) -> Iterator[Record]:
        position = str(len(refunded.order["refunds"]))
        own = gid("Refund", refunded.order["id"], position)

        def line(line_id: str) -> Record:
            return self._known(line_id)

        return changed_records(refunded, own=own, now=self.now, line=line, store=self.store)

    def _return_status(self, order: Record, after: Record) -> str:
        others = [one["$ref"] for one in order["returns"] if one["$ref"] != after["id"]]
        return return_status([after["status"], *(self._known(one)["status"] for one in others)])

    def _known(self, global_id: str) -> Record:
        record = self.books.get(self.store, global_id)
        if record is None:
            raise GraphQLError(
                f"Invalid id: {global_id}", extensions={"code": "RESOURCE_NOT_FOUND"}
            )
        return record

    def _return_errors(self, returned: Record, asked: Iterable[Record]) -> Iterator[str]:
        if returned["status"] != "OPEN":
            yield "Return must be open to be processed."
        lines = {line["id"]: line for line in returned["returnLineItems"]}
        for each in asked:
            line = lines.get(each["id"])
            if line is None:
                yield "Return line item could not be found."
            elif not 0 < each["quantity"] <= line["unprocessedQuantity"]:
                yield "Quantity is not available to be processed."

    def _line_errors(self, lines: Iterable[Record]) -> Iterator[str]:
        for each in lines:
            if each["quantity"] > self._known(each["lineItemId"])["refundableQuantity"]:
                yield "Quantity cannot refund more items than were purchased"

    def _payment_errors(
        self, order: Record, paid: list[Paid], *, currencies: set[Any]
    ) -> Iterator[str]:
        till = Till(order)
        if currencies - {till.presentment}:
            yield f"Currency must be the order's presentment currency, {till.presentment}"
        parents = {moved["id"]: moved for moved in order["transactions"]}
        for each in paid:
            parent = parents.get(each.parent or "")
            if parent is None or parent["kind"] not in CAPTURED or parent["status"] != "SUCCESS":
                yield "Parent transaction must be a successful capture or sale"
            elif each.amount > till.refundable(parent):
                yield "Refund amount is greater than what is left of its transaction"
        total = sum((each.amount for each in paid), Decimal(0))
        if total > till.received():
            yield (
                f"Refund amount {total:.2f} {till.presentment} is greater than net payment"
                f" received {till.received():.2f} {till.presentment}"
            )


def _units_by_order_line(returned: Record, asked: Iterable[Record]) -> dict[str, int]:
    of_line = {
        line["id"]: line["fulfillmentLineItem"]["lineItem"]["$ref"]
        for line in returned["returnLineItems"]
    }
    units: dict[str, int] = {}
    for each in asked:
        line = of_line[each["id"]]
        units[line] = units.get(line, 0) + int(each["quantity"])
    return units


def _refused(messages: Iterable[str]) -> Record:
    said = [{"field": None, "message": message} for message in messages]
    return {"refund": None, "order": None, "userErrors": said}
