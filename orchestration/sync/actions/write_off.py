"""Books units as damaged that the warehouse has failed."""

from orchestration.sync.dispositions import NOT_RESTOCKED, Disposition
from orchestration.sync.inventory import DAMAGED, QUALITY_CONTROL, InventoryAction
from orchestration.sync.stock import StockAction

# A storefront's dispositions have no word for damaged: such units are not put back on sale.
WRITE_OFF = StockAction(
    by_states=InventoryAction(
        name="write_off",
        source=QUALITY_CONTROL,
        target=DAMAGED,
        reason="damaged",
        waits_for=frozenset({"hold_for_inspection", "quarantine"}),
    ),
    by_disposition=Disposition("write_off", NOT_RESTOCKED),
)
