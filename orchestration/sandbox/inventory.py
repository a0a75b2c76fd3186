"""Stock moves by a storefront's rules: states, ledger documents, compare-and-set, idempotency."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from graphql import GraphQLError

from orchestration.sandbox.identity import tail
from orchestration.sandbox.storefront_books import StorefrontBooks
from orchestration.sandbox.storefront_records import Record, reference, stock_level

STATES = frozenset(
    {"available", "damaged", "incoming", "quality_control", "reserved", "safety_stock"}
)
REASONS = frozenset(
    {
        "correction",
        "cycle_count_available",
        "damaged",
        "movement_canceled",
        "movement_created",
        "movement_received",
        "movement_updated",
        "other",
        "promotion",
        "quality_control",
        "received",
        "reservation_created",
        "reservation_deleted",
        "reservation_updated",
        "restock",
        "safety_stock",
        "shrinkage",
    }
)
ON_HAND = ("available", "damaged", "quality_control", "reserved", "safety_stock")
KEY_LIFETIME = timedelta(hours=24)


@dataclass(frozen=True)
class Step:
    """One state of one item at one place, changed by a number of units."""

    item: str
    place: str
    state: str
    delta: int
    path: list[str]
    side: dict[str, Any]


@dataclass(frozen=True)
class Desk:
    """Where one store's stock is changed, at one moment."""

    books: StorefrontBooks
    store: str
    now: datetime

    def adjust(self, request: Record, key: str | None) -> Record:
        """Answer `inventoryAdjustQuantities`."""
        steps = [
            Step(
                change["inventoryItemId"],
                change["locationId"],
                request["name"],
                change["delta"],
                ["input", "changes", str(position)],
                change,
            )
            for position, change in enumerate(request["changes"])
        ]
        return self._answer("adjust", request, key=key, steps=steps)

    def move(self, request: Record, key: str | None) -> Record:
        """Answer `inventoryMoveQuantities`."""
        steps = []
        for position, change in enumerate(request["changes"]):
            path = ["input", "changes", str(position)]
            for name, sign in (("from", -1), ("to", 1)):
                side = change[name]
                steps.append(
                    Step(
                        change["inventoryItemId"],
                        side["locationId"],
                        side["name"],
                        sign * change["quantity"],
                        [*path, name],
                        side,
                    )
                )
        refused = [
            _error(
                [*steps[i].path], "DIFFERENT_LOCATIONS", "The quantities must be at one location."
            )
            for i in range(0, len(steps), 2)
            if steps[i].place != steps[i + 1].place
        ]
        return self._answer("move", request, key=key, steps=steps, refused=refused)

    def _answer(
        self,
        kind: str,
        request: Record,
        *,
        key: str | None,
        steps: Sequence[Step],
        refused: Sequence[Record] = (),
    ) -> Record:
        if key is None:
            raise GraphQLError(
                "The @idempotent directive is required for this mutation but was not provided.",
                extensions={"code": "BAD_REQUEST"},
            )
        for step in steps:
            if "changeFromQuantity" not in step.side:
                raise GraphQLError(
                    "changeFromQuantity must be given; null skips the comparison.",
                    extensions={"code": "INVALID_FIELD_ARGUMENTS"},
                )
        fingerprint = hashlib.sha256(
            f"{kind}{json.dumps(request, sort_keys=True)}".encode()
        ).hexdigest()
        with self.books.lock:
            return self._once(
                request, key=key, fingerprint=fingerprint, steps=steps, refused=refused
            )

    def _once(
        self,
        request: Record,
        *,
        key: str,
        fingerprint: str,
        steps: Sequence[Step],
        refused: Sequence[Record],
    ) -> Record:
        earlier = self.books.answered(self.store, key)
        if earlier and datetime.fromisoformat(earlier[2]) > self.now - KEY_LIFETIME:
            if earlier[0] != fingerprint:
                return _refusal([_error(None, "IDEMPOTENCY_KEY_PARAMETER_MISMATCH", MISMATCH)])
            return earlier[1]
        errors = [*refused, *self._errors(request, steps)]
        if errors:
            return _refusal(errors)
        levels = self._changed(steps)
        answer = {"inventoryAdjustmentGroup": self._group(request, key, steps), "userErrors": []}
        self.books.apply(
            self.store,
            levels,
            key=key,
            fingerprint=fingerprint,
            answer=answer,
            at=self.now.isoformat(),
        )
        return answer

    def _errors(self, request: Record, steps: Sequence[Step]) -> list[Record]:
        found = []
        if request["reason"] not in REASONS:
            found.append(_error(["input", "reason"], "INVALID_REASON", "The reason is not valid."))
        for step in steps:
            found += self._step_errors(step)
        if found:
            return found
        for level in self._changed(steps):
            short = [state for state, quantity in level["quantities"].items() if quantity < 0]
            if short:
                found.append(
                    _error(
                        ["input", "changes"],
                        "INVALID_QUANTITY_NEGATIVE",
                        f"The quantity of {short[0]} would be negative.",
                    )
                )
        return found

    def _step_errors(self, step: Step) -> list[Record]:
        if step.state not in STATES:
            return [_error(step.path, "INVALID_QUANTITY_NAME", f"{step.state} cannot be changed.")]
        if self.books.get(self.store, step.item) is None:
            return [_error(step.path, "INVALID_INVENTORY_ITEM", "The item could not be found.")]
        if self.books.get(self.store, step.place) is None:
            return [_error(step.path, "INVALID_LOCATION", "The location could not be found.")]
        document = step.side.get("ledgerDocumentUri")
        if step.state == "available" and document is not None:
            return [
                _error(step.path, "INVALID_AVAILABLE_DOCUMENT", "available takes no document.")
            ]
        if step.state != "available" and not document:
            return [_error(step.path, "INVALID_QUANTITY_DOCUMENT", "A ledger document is needed.")]
        if document and str(document).startswith("gid://shopify/"):
            return [_error(step.path, "INTERNAL_LEDGER_DOCUMENT", "Use a document of your own.")]
        expected = step.side.get("changeFromQuantity")
        if expected is not None and expected != self._quantity(step):
            return [
                _error(step.path, "CHANGE_FROM_QUANTITY_STALE", "The quantity has changed since.")
            ]
        return []

    def _quantity(self, step: Step) -> int:
        return int(self._level(step)["quantities"].get(step.state, 0))

    def _level(self, step: Step) -> Record:
        fresh = stock_level(
            step.item, step.place, quantities={"available": 0}, at=_stamp(self.now)
        )
        return self.books.get(self.store, fresh["id"]) or fresh

    def _changed(self, steps: Sequence[Step]) -> list[Record]:
        """Return the levels as they would be; an item that is not stocked there starts at zero."""
        levels: dict[str, Record] = {}
        for step in steps:
            level = self._level(step)
            kept = levels.setdefault(
                level["id"],
                {**level, "quantities": dict(level["quantities"]), "updatedAt": _stamp(self.now)},
            )
            quantities = kept["quantities"]
            quantities[step.state] = quantities.get(step.state, 0) + step.delta
        return list(levels.values())

    def _group(self, request: Record, key: str, steps: Sequence[Step]) -> Record:
        changes = [
            {
                "name": step.state,
                "delta": step.delta,
                "quantityAfterChange": None,
                "item": reference(step.item),
                "location": reference(step.place),
            }
            for step in steps
        ]
        number = int(hashlib.sha256(f"{self.store}{key}".encode()).hexdigest()[:12], 16)
        return {
            "__typename": "InventoryAdjustmentGroup",
            "id": f"gid://shopify/InventoryAdjustmentGroup/{number}",
            "createdAt": _stamp(self.now),
            "reason": request["reason"],
            "referenceDocumentUri": request.get("referenceDocumentUri"),
            "changes": changes,
        }


MISMATCH = "The idempotency key was used with other parameters."


def quantities_of(level: Record, names: Sequence[str]) -> list[Record]:
    """Return a level's quantities by state, as they are asked for."""
    held = level["quantities"]
    on_hand = sum(held.get(state, 0) for state in ON_HAND)
    return [
        {
            "id": f"gid://shopify/InventoryQuantity/{tail(level['id'])}&name={name}",
            "name": name,
            "quantity": on_hand if name == "on_hand" else held.get(name, 0),
            "updatedAt": level["updatedAt"],
        }
        for name in names
    ]


def _stamp(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def _error(path: list[str] | None, code: str, message: str) -> Record:
    return {"field": path, "code": code, "message": message}


def _refusal(errors: list[Record]) -> Record:
    return {"inventoryAdjustmentGroup": None, "userErrors": errors}
