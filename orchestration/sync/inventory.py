"""Moves of units between a storefront's inventory states, and into them."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from orchestration.ledger import Intent, IntentRecord
from orchestration.sync.action import (
    Answer,
    Applied,
    Held,
    Remote,
    Repeat,
    Request,
    Unclear,
    document_uri,
    idempotency_key,
)
from orchestration.sync.codes import INVENTORY
from orchestration.sync.remote import storefront_document

AVAILABLE = "available"
QUALITY_CONTROL = "quality_control"
DAMAGED = "damaged"

# The storefront remembers a key for 24 hours and treats it as new afterwards. The hour less is
# for two clocks that differ and for a call that is long on its way.
KEY_LIFETIME = timedelta(hours=23)


@dataclass(frozen=True)
class InventoryAction:
    """
    Units put into a state (no `source`) or moved between two states at one location.

    A store that disposes late takes no units into a state: those would be booked twice.
    """

    name: str
    target: str
    reason: str
    source: str | None = None
    waits_for: frozenset[str] = frozenset()

    @property
    def mutation(self) -> str:
        """The field of the answer that holds the result."""
        return "inventoryMoveQuantities" if self.source else "inventoryAdjustQuantities"

    def missing(self, intent: Intent) -> str:
        """Return what the intent lacks to be sent, as a hold reason."""
        if not intent.quantity or intent.quantity < 0:
            return "no_quantity"
        if not intent.inventory_item_id:
            return "no_inventory_item"
        return "" if intent.location_id else "no_location"

    def prepare(self, record: IntentRecord, remote: Remote) -> Request | Held:
        """Return the call, unless the units are not there: they may be by the next run."""
        intent = record.intent
        if remote.disposes_late and not self.source:
            return Held("inventory_method_changed")
        if self.source and self._level(intent, remote).get(self.source, 0) < (
            intent.quantity or 0
        ):
            return Held(f"too_few_{self.source}")
        return self.request(record)

    def request(self, record: IntentRecord) -> Request:
        """Return the call, the same on any day; no quantity is compared: sales go on meanwhile."""
        intent = record.intent
        document = "inventory_move" if self.source else "inventory_adjust"
        uri = document_uri(intent)
        entry: dict[str, Any] = {"reason": self.reason, "referenceDocumentUri": uri}
        if self.source:
            entry["changes"] = [
                {
                    "inventoryItemId": intent.inventory_item_id,
                    "quantity": intent.quantity,
                    "from": _terminal(intent, self.source),
                    "to": _terminal(intent, self.target),
                }
            ]
        else:
            entry["name"] = self.target
            entry["changes"] = [
                {
                    "inventoryItemId": intent.inventory_item_id,
                    "locationId": intent.location_id,
                    "delta": intent.quantity,
                    "changeFromQuantity": None,
                    **_ledger_document(intent, self.target),
                }
            ]
        variables = {"input": entry, "idempotencyKey": str(idempotency_key(record))}
        return Request(storefront_document(document), variables)

    def send(self, request: Request, intent: Intent, remote: Remote) -> Answer:
        """Make the call; changes other than those asked for are not believed."""
        data = remote.storefront.execute(request.document, request.variables)
        result = data.get(self.mutation) or {}
        errors = result.get("userErrors") or []
        if errors:
            return INVENTORY.meaning(errors)
        group = result.get("inventoryAdjustmentGroup")
        if not group:
            return Unclear("the answer names no adjustment group")
        made = {(change["name"], change["delta"]) for change in group.get("changes") or []}
        if made and not self._changes(intent) <= made:
            return Unclear(f"{group['id']} made other changes: {sorted(made)}")
        return Applied(group["id"], f"{group['id']}: {_in_words(self._changes(intent))}")

    def read_back(self, intent: Intent, remote: Remote) -> str:
        """Return the level by state as it is now; sales may have moved it since."""
        level = self._level(intent, remote)
        return ", ".join(f"{name} {units}" for name, units in level.items()) or "no level"

    def resolve(self, record: IntentRecord, _: Remote, *, now: datetime) -> Repeat | Answer:
        """A level cannot tell whose units it counts: only the key can, while it is remembered."""
        if record.first_sent_at and now - record.first_sent_at < KEY_LIFETIME:
            return Repeat(self.request(record))
        return Unclear("its key is no longer remembered by the storefront: settle it by hand")

    def _level(self, intent: Intent, remote: Remote) -> dict[str, int]:
        asked = {"inventoryItemId": intent.inventory_item_id, "locationId": intent.location_id}
        data = remote.storefront.ask(storefront_document("inventory_level"), asked)
        level = (data.get("inventoryItem") or {}).get("inventoryLevel") or {"quantities": []}
        return {each["name"]: each["quantity"] for each in level["quantities"]}

    def _changes(self, intent: Intent) -> set[tuple[str, int]]:
        quantity = intent.quantity or 0
        taken = {(self.source, -quantity)} if self.source else set()
        return taken | {(self.target, quantity)}


def _terminal(intent: Intent, state: str) -> Mapping[str, Any]:
    return {
        "locationId": intent.location_id,
        "name": state,
        "changeFromQuantity": None,
        **_ledger_document(intent, state),
    }


def _ledger_document(intent: Intent, state: str) -> Mapping[str, str]:
    """Every state but `available` must name a document, and that one must not."""
    return {} if state == AVAILABLE else {"ledgerDocumentUri": document_uri(intent)}


def _in_words(changes: set[tuple[str, int]]) -> str:
    def words() -> Iterator[str]:
        for state, delta in sorted(changes):
            yield f"{state} {delta:+d}"

    return ", ".join(words())
