"""Books units as damaged that the warehouse has failed."""

from orchestration.sync.inventory import DAMAGED, QUALITY_CONTROL, InventoryAction

WRITE_OFF = InventoryAction(
    name="write_off",
    source=QUALITY_CONTROL,
    target=DAMAGED,
    reason="damaged",
    waits_for=frozenset({"hold_for_inspection", "quarantine"}),
)
