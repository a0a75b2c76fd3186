"""Stock moves by a storefront's rules: states, ledger documents, compare-and-set, idempotency."""

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from graphql import GraphQLError

from orchestration.sandbox.identity import tail
from orchestration.sandbox.inventory_rules import (
    REASONS,
    STATES,
    Step,
    adjustment_refusals,
    adjustment_steps,
    document_refusal,
    move_refusals,
    move_steps,
    refusal,
)
from orchestration.sandbox.storefront_books import StorefrontBooks
from orchestration.sandbox.storefront_wire import Record, level_id, reference, stock_level

ON_HAND = ("available", "damaged", "quality_control", "reserved", "safety_stock")
KEY_LIFETIME = timedelta(hours=24)
MISMATCH = "The same idempotency key cannot be used with different operation parameters."


@dataclass(frozen=True)
class Asked:
    """One request to change stock, and what is wrong with it before anything is looked up."""

    kind: str
    request: Record
    steps: list[Step]
    refused: list[Record]
    # The enum of each mutation's errors has its own name for what would leave less than nothing.
    short_code: str

    @property
    def fingerprint(self) -> str:
        """What makes two requests the same."""
        said = self.kind + json.dumps(self.request, sort_keys=True)
        return hashlib.sha256(said.encode()).hexdigest()


@dataclass(frozen=True)
class Desk:
    """Where one store's stock is changed, at one moment."""

    books: StorefrontBooks
    store: str
    now: datetime

    def adjust(self, request: Record, key: str | None) -> Record:
        """Answer `inventoryAdjustQuantities`."""
        steps = adjustment_steps(request)
        refused = list(adjustment_refusals(steps))
        asked = Asked("adjust", request, steps, refused, "ADJUST_QUANTITIES_FAILED")
        return self._answer(asked, key)

    def move(self, request: Record, key: str | None) -> Record:
        """Answer `inventoryMoveQuantities`."""
        steps = move_steps(request)
        refused = list(move_refusals(steps))
        asked = Asked("move", request, steps, refused, "INVALID_QUANTITY_NEGATIVE")
        return self._answer(asked, key)

    def _answer(self, asked: Asked, key: str | None) -> Record:
        if key is None:
            raise GraphQLError(
                "The @idempotent directive is required for this mutation but was not provided.",
                extensions={"code": "BAD_REQUEST"},
            )
        if any("changeFromQuantity" not in step.side for step in asked.steps):
            raise GraphQLError(
                "changeFromQuantity must be given; null skips the comparison.",
                extensions={"code": "INVALID_FIELD_ARGUMENTS"},
            )
        with self.books.lock:
            return self._once(asked, key)

    def _once(self, asked: Asked, key: str) -> Record:
        earlier = self.books.answered(self.store, key)
        if earlier and datetime.fromisoformat(earlier[2]) > self.now - KEY_LIFETIME:
            if earlier[0] != asked.fingerprint:
                code = "IDEMPOTENCY_KEY_PARAMETER_MISMATCH"
                return _refused([refusal(None, code, MISMATCH)])
            return earlier[1]
        errors = [*asked.refused, *self._errors(asked)]
        if errors:
            return _refused(errors)
        answer = {"inventoryAdjustmentGroup": self._group(asked, key), "userErrors": []}
        self.books.apply(
            self.store,
            self._changed(asked.steps),
            key=key,
            fingerprint=asked.fingerprint,
            answer=answer,
            at=self.now.isoformat(),
        )
        return answer

    def _errors(self, asked: Asked) -> list[Record]:
        found = [error for error in map(self._step_error, asked.steps) if error]
        if asked.request["reason"] not in REASONS:
            found.append(refusal(("input", "reason"), "INVALID_REASON", "The reason is invalid."))
        if found:
            return found
        return [
            refusal(
                ("input", "changes"), asked.short_code, f"{state} can't be lower than nothing."
            )
            for level in self._changed(asked.steps)
            for state, quantity in level["quantities"].items()
            if quantity < 0
        ]

    def _step_error(self, step: Step) -> Record | None:
        if step.state not in STATES:
            return refusal(step.path, "INVALID_QUANTITY_NAME", f"{step.state} can't be changed.")
        if self.books.get(self.store, step.item) is None:
            return refusal(step.path, "INVALID_INVENTORY_ITEM", "The item could not be found.")
        if self.books.get(self.store, step.place) is None:
            return refusal(step.path, "INVALID_LOCATION", "The location could not be found.")
        expected = step.side["changeFromQuantity"]
        held = int(self._level(step)["quantities"].get(step.state, 0))
        if expected is not None and expected != held:
            return refusal(step.path, "CHANGE_FROM_QUANTITY_STALE", "The quantity has changed.")
        return document_refusal(step)

    def _level(self, step: Step) -> Record:
        """Return a step's level; an item that is not stocked there starts at zero."""
        kept = self.books.get(self.store, level_id(step.item, step.place))
        fresh = {"available": 0}
        return kept or stock_level(step.item, step.place, quantities=fresh, at=_stamp(self.now))

    def _changed(self, steps: Sequence[Step]) -> list[Record]:
        """Return the levels as they would be."""
        levels: dict[str, Record] = {}
        for step in steps:
            before = self._level(step)
            held = dict(before["quantities"])
            after = {**before, "quantities": held, "updatedAt": _stamp(self.now)}
            quantities = levels.setdefault(before["id"], after)["quantities"]
            quantities[step.state] = quantities.get(step.state, 0) + step.delta
        return list(levels.values())

    def _group(self, asked: Asked, key: str) -> Record:
        # A key may be used again after a day; the group is then another one.
        made_from = f"{self.store}{key}{self.now.isoformat()}"
        number = int(hashlib.sha256(made_from.encode()).hexdigest()[:12], 16)
        return {
            "__typename": "InventoryAdjustmentGroup",
            "id": f"gid://shopify/InventoryAdjustmentGroup/{number}",
            "createdAt": _stamp(self.now),
            "reason": asked.request["reason"],
            "referenceDocumentUri": asked.request.get("referenceDocumentUri"),
            "changes": [
                {
                    "name": step.state,
                    "delta": step.delta,
                    "quantityAfterChange": None,
                    "item": reference(step.item),
                    "location": reference(step.place),
                }
                for step in asked.steps
            ],
        }


def levels_raised(
    books: StorefrontBooks, store: str, units: Mapping[tuple[str, str], int], *, now: datetime
) -> Iterator[Record]:
    """Yield the levels as units put on sale leave them; `units` by item and place."""
    for (item, place), added in units.items():
        level = books.get(store, level_id(item, place)) or stock_level(
            item, place, quantities={"available": 0}, at=_stamp(now)
        )
        held = {**level["quantities"]}
        held["available"] = held.get("available", 0) + added
        yield {**level, "quantities": held, "updatedAt": _stamp(now)}


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


def _refused(errors: list[Record]) -> Record:
    return {"inventoryAdjustmentGroup": None, "userErrors": errors}
