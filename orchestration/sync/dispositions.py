"""
Units of a return disposed of late, after the warehouse's word: on sale, or never again.

The call has no idempotency key. What had been disposed of before it is kept beside it, so that
what came since can be told apart.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec

from orchestration.ledger import Intent, IntentRecord
from orchestration.sync.action import (
    Answer,
    Applied,
    Held,
    Remote,
    Repeat,
    Request,
    Unclear,
    details_of,
    not_found,
)
from orchestration.sync.codes import RETURNS
from orchestration.sync.remote import storefront_document

RESTOCKED, NOT_RESTOCKED = "RESTOCKED", "NOT_RESTOCKED"
LINE = "reverseFulfillmentOrderLineItemId"
# As many as the ledger keeps the storefront's own names of beside each other.
MOST_LINES = 4


@dataclass(frozen=True)
class Disposition:
    """Units of one order line that nobody has decided on; never more than are left."""

    name: str
    type: str

    @property
    def waits_for(self) -> frozenset[str]:
        """Undecided units are in no state that another action moves."""
        return frozenset()

    def missing(self, intent: Intent) -> str:
        """Return what the intent lacks to be sent, as a hold reason."""
        if not intent.quantity or intent.quantity < 0:
            return "no_quantity"
        if not details_of(intent).get("return_id"):
            return "no_return"
        return "no_location" if self.type == RESTOCKED and not intent.location_id else ""

    def prepare(self, record: IntentRecord, remote: Remote) -> Request | Held:
        """Return the call on the lines as they are now."""
        intent = record.intent
        if not remote.disposes_late:
            return Held("inventory_method_changed")
        orders = _reverse_orders(intent, remote)
        if orders is None:
            return Held("return_unreadable")
        inputs = next(filter(None, (self._inputs(intent, order) for order in orders)), None)
        if inputs is None:
            return Held("too_few_undisposed")
        if len(inputs) > MOST_LINES:
            return Held("too_many_return_lines")
        named = {each[LINE] for each in inputs}
        lines = [line for order in orders for line in order if line["id"] in named]
        known = [made["id"] for line in lines for made in line["dispositions"]]
        document = storefront_document("return_dispose")
        return Request(document, {"dispositionInputs": inputs}, {"known": known})

    def send(self, request: Request, _: Intent, remote: Remote) -> Answer:
        """Make the call; only dispositions that were not there before are believed."""
        data = remote.storefront.execute(request.document, request.variables)
        result = data.get("reverseFulfillmentOrderDispose") or {}
        errors = result.get("userErrors") or []
        if errors:
            return RETURNS.meaning(errors)
        lines = result.get("reverseFulfillmentOrderLineItems") or []
        found = _found(request.variables, request.context, lines)
        return found or Unclear("the answer shows no such disposition")

    def read_back(self, intent: Intent, remote: Remote) -> str:
        """Return what the return's line holds now."""
        lines = [line for order in _reverse_orders(intent, remote) or [] for line in order]
        made = [f"{m['type']} {m['quantity']}" for line in lines for m in line["dispositions"]]
        return f"{', '.join(made) or 'nothing'} of {sum(line['totalQuantity'] for line in lines)}"

    def resolve(self, record: IntentRecord, remote: Remote, *, now: datetime) -> Repeat | Answer:
        """Look for dispositions that were not there when the call was prepared."""
        orders = _reverse_orders(record.intent, remote)
        if orders is None or not record.request:
            return Unclear("not all of it can be read: compare with the return, and settle")
        sent = msgspec.json.decode(record.request)
        lines = [line for order in orders for line in order]
        found = _found(sent["variables"], sent["context"], lines)
        if found is not None:
            return found
        return not_found(record, "the units are not disposed of", now=now)

    def _inputs(
        self, intent: Intent, lines: Sequence[Mapping[str, Any]]
    ) -> list[dict[str, Any]] | None:
        """Return the units by line of one reverse order; None where it has too few left."""
        wanted, inputs = intent.quantity or 0, []
        place = {"locationId": intent.location_id} if self.type == RESTOCKED else {}
        for line in lines:
            left = line["totalQuantity"] - sum(made["quantity"] for made in line["dispositions"])
            units = min(wanted, left)
            if units > 0:
                wanted -= units
                what = {"quantity": units, "dispositionType": self.type, **place}
                inputs.append({LINE: line["id"], **what})
        return None if wanted else inputs


def _reverse_orders(intent: Intent, remote: Remote) -> list[list[Mapping[str, Any]]] | None:
    """Return the order line's lines by reverse order; None where not all of them can be read."""
    asked = {"returnId": details_of(intent)["return_id"]}
    data = remote.storefront.ask(storefront_document("return_disposed"), asked)
    if data.get("return") is None:
        return None
    orders = data["return"]["reverseFulfillmentOrders"]
    pages = [orders, *(order["lineItems"] for order in orders["nodes"])]
    if any((page.get("pageInfo") or {}).get("hasNextPage") for page in pages):
        return None
    return [
        [line for line in order["lineItems"]["nodes"] if _sold(line) == intent.order_line_id]
        for order in orders["nodes"]
        if order["status"] != "CANCELED"
    ]


def _sold(line: Mapping[str, Any]) -> str | None:
    sold = (line.get("fulfillmentLineItem") or {}).get("lineItem") or {}
    own: str | None = sold.get("id")
    return own


def _found(
    variables: Mapping[str, Any], context: Mapping[str, Any], lines: Iterable[Mapping[str, Any]]
) -> Applied | Unclear | None:
    """Return the new dispositions that are what was asked for; None where there is none at all."""
    new = {
        line["id"]: [made for made in line["dispositions"] if made["id"] not in context["known"]]
        for line in lines
    }
    matches = [
        [made["id"] for made in new.get(each[LINE], []) if _is_same(each, made)]
        for each in variables["dispositionInputs"]
    ]
    if not any(matches):
        return None
    if any(len(made) != 1 for made in matches):
        return Unclear("somebody else disposed of the same units: compare, and settle by hand")
    reference = ",".join(own for made in matches for own in made)
    return Applied(reference, f"disposed of: {reference}")


def _is_same(asked: Mapping[str, Any], made: Mapping[str, Any]) -> bool:
    place = asked.get("locationId")
    is_there = place is None or (made.get("location") or {}).get("id") == place
    is_as_many = (made["type"], made["quantity"]) == (asked["dispositionType"], asked["quantity"])
    return is_there and is_as_many
