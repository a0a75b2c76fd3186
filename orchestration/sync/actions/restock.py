"""Puts units on sale that the warehouse has passed."""

from orchestration.sync.dispositions import RESTOCKED, Disposition
from orchestration.sync.inventory import AVAILABLE, QUALITY_CONTROL, InventoryAction
from orchestration.sync.stock import StockAction

RESTOCK = StockAction(
    by_states=InventoryAction(
        name="restock",
        source=QUALITY_CONTROL,
        target=AVAILABLE,
        reason="restock",
        waits_for=frozenset({"hold_for_inspection", "quarantine"}),
    ),
    by_disposition=Disposition("restock", RESTOCKED),
)
