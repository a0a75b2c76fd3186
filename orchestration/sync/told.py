"""What an order tells of its returns: one JSON metafield, written only over what was read."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from orchestration.ledger import Intent
from orchestration.sync.action import (
    ORDER_GONE,
    Answer,
    Applied,
    Held,
    Remote,
    Request,
    Unclear,
    details_of,
)
from orchestration.sync.codes import METAFIELDS
from orchestration.sync.remote import storefront_document

NAMESPACE, KEY = "return_lifecycle", "returns"
# What a customer reads before the ERP has stated its figure.
BEING_CALCULATED: Mapping[str, str] = {"state": "being calculated"}


@dataclass(frozen=True)
class Told:
    """The metafield as it is: `digest` None where there is none, `value` None where unreadable."""

    digest: str | None
    value: dict[str, Any] | None
    has_order: bool = True

    def of(self, intent: Intent) -> Mapping[str, Any]:
        """Return what is told of the intent's return."""
        found = (self.value or {}).get(intent.case_name)
        return found if isinstance(found, dict) else {}


def read_told(intent: Intent, remote: Remote) -> Told:
    """Read the metafield; somebody may have put something else there."""
    asked = {"orderId": details_of(intent)["order_id"], "namespace": NAMESPACE, "key": KEY}
    order = remote.storefront.ask(storefront_document("order_metafield"), asked)["order"]
    field = (order or {}).get("metafield")
    if field is None:
        return Told(None, {}, has_order=order is not None)
    try:
        value = json.loads(field["value"])
    except ValueError:
        value = None
    return Told(field["compareDigest"], value if isinstance(value, dict) else None)


def setting(
    intent: Intent, remote: Remote, *, merge: Callable[[Mapping[str, Any]], Mapping[str, Any]]
) -> Request | Held:
    """Return the call that replaces what is told of one return, and leaves the others alone."""
    told = read_told(intent, remote)
    if not told.has_order:
        return Held(ORDER_GONE)
    if told.value is None:
        return Held("metafield_unreadable")
    value = {
        **told.value,
        intent.case_name: {
            "return_id": details_of(intent).get("return_id"),
            "quote": BEING_CALCULATED,
            **merge(told.of(intent)),
        },
    }
    entry = {
        "ownerId": details_of(intent)["order_id"],
        "namespace": NAMESPACE,
        "key": KEY,
        "type": "json",
        "value": json.dumps(value, sort_keys=True, ensure_ascii=False),
        "compareDigest": told.digest,
    }
    return Request(storefront_document("metafields_set"), {"metafields": [entry]})


def set_told(request: Request, remote: Remote, *, reference: str | None) -> Answer:
    """Make the call; where somebody wrote meanwhile, nothing was done and the next run looks."""
    data = remote.storefront.execute(request.document, request.variables)
    result = data.get("metafieldsSet") or {}
    errors = result.get("userErrors") or []
    if errors:
        return METAFIELDS.meaning(errors)
    fields = result.get("metafields") or []
    if not fields:
        return Unclear("the answer names no metafield")
    return Applied(reference or fields[0]["id"], f"{fields[0]['id']} set")
