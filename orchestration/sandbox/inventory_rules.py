"""What a storefront refuses to do to stock, in the words of its own error codes."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from orchestration.sandbox.storefront_wire import Record

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
INTERNAL = "gid://shopify/"


@dataclass(frozen=True)
class Step:
    """One state of one item at one place, changed by a number of units."""

    item: str
    place: str
    state: str
    delta: int
    path: tuple[str, ...]
    side: dict[str, Any]

    @property
    def document(self) -> str | None:
        """The ledger document that the units are booked under."""
        return self.side.get("ledgerDocumentUri")


def adjustment_steps(request: Record) -> list[Step]:
    """Return the steps of an adjustment: one state, one step a change."""
    return [
        Step(
            item=change["inventoryItemId"],
            place=change["locationId"],
            state=request["name"],
            delta=change["delta"],
            path=("input", "changes", str(position)),
            side=change,
        )
        for position, change in enumerate(request["changes"])
    ]


def move_steps(request: Record) -> list[Step]:
    """Return the steps of a move: out of one state, then into the other, for each change."""
    return [
        Step(
            item=change["inventoryItemId"],
            place=change[name]["locationId"],
            state=change[name]["name"],
            delta=sign * change["quantity"],
            path=("input", "changes", str(position), name),
            side=change[name],
        )
        for position, change in enumerate(request["changes"])
        for name, sign in (("from", -1), ("to", 1))
    ]


def adjustment_refusals(steps: Sequence[Step]) -> Iterator[Record]:
    """Yield what is wrong with an adjustment as a whole."""
    if len({step.document for step in steps}) > 1:
        yield refusal(
            ("input", "changes"), "MAX_ONE_LEDGER_DOCUMENT", "All changes need one document."
        )


def move_refusals(steps: Sequence[Step]) -> Iterator[Record]:
    """Yield what is wrong with a move as a whole."""
    for taken, put in zip(steps[::2], steps[1::2], strict=True):
        if taken.place != put.place:
            yield refusal(
                taken.path, "DIFFERENT_LOCATIONS", "The quantities must be at one location."
            )
        if taken.state == put.state:
            yield refusal(taken.path, "SAME_QUANTITY_NAME", "The quantity names are the same.")
        if put.delta < 0:
            yield refusal(
                taken.path, "INVALID_QUANTITY_NEGATIVE", "The quantity can't be negative."
            )
    if len({step.document for step in steps if step.document}) > 2:
        yield refusal(
            ("input", "changes"), "MAXIMUM_LEDGER_DOCUMENT_URIS", "At most 2 documents a call."
        )


def document_refusal(step: Step) -> Record | None:
    """Return what is wrong with a step's ledger document, None for nothing."""
    document = step.document
    if step.state == "available":
        problem = ("INVALID_AVAILABLE_DOCUMENT", "available takes no document.")
        return refusal(step.path, *problem) if document is not None else None
    if not document:
        return refusal(step.path, "INVALID_QUANTITY_DOCUMENT", "A ledger document is needed.")
    if document.startswith(INTERNAL):
        return refusal(step.path, "INTERNAL_LEDGER_DOCUMENT", "Use a document of your own.")
    if "://" not in document:
        return refusal(step.path, "INVALID_LEDGER_DOCUMENT", "The document is not a URI.")
    return None


def refusal(path: Sequence[str] | None, code: str, message: str) -> Record:
    """Return one user error."""
    return {"field": None if path is None else list(path), "code": code, "message": message}
