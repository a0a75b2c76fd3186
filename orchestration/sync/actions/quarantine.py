"""Takes units off sale that nobody has passed."""

from orchestration.sync.inventory import AVAILABLE, QUALITY_CONTROL, InventoryAction

QUARANTINE = InventoryAction(
    name="quarantine", source=AVAILABLE, target=QUALITY_CONTROL, reason=QUALITY_CONTROL
)
