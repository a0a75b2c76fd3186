"""Books received units where they count as on hand and cannot be bought."""

from orchestration.sync.inventory import QUALITY_CONTROL, InventoryAction

HOLD_FOR_INSPECTION = InventoryAction(
    name="hold_for_inspection", target=QUALITY_CONTROL, reason=QUALITY_CONTROL
)
