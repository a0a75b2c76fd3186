"""Puts units on sale that the warehouse has passed."""

from orchestration.sync.inventory import AVAILABLE, QUALITY_CONTROL, InventoryAction

RESTOCK = InventoryAction(
    name="restock",
    source=QUALITY_CONTROL,
    target=AVAILABLE,
    reason="restock",
    waits_for=frozenset({"hold_for_inspection", "quarantine"}),
)
