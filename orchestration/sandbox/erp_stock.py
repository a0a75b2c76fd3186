"""Where units stand in the ERP, and the moves by which some merchants record an inspection."""

from orchestration.sandbox.erp_documents import SMALL, Document, Kind
from orchestration.sandbox.erp_ledger import Ledger
from orchestration.sandbox.identity import number
from orchestration.sandbox.scenario_values import Block

MOVES = {
    "status_change": Kind.STATUS_CHANGE,
    "bin_transfer": Kind.BIN_TRANSFER,
    "inventory_transfer": Kind.LOCATION_TRANSFER,
}
# A place's part, and the field that holds what people call it.
NAMED_BY = {"status": ("inventorystatus", "name"), "bin": ("bin", "binnumber")}


def place_units(document: Document, line_id: int, place: Block, *, units: int) -> None:
    """Say where units of a line are; a line without a word of it stands nowhere in particular."""
    line = document.lines[line_id - 1]
    if place.get("grade"):
        line["custcol_inspection_grade"] = place["grade"]
    if place.get("location"):
        line["location"] = _named(document, "location", "name", place["location"])
    named = {
        record: _named(document, record, field, place[part])
        for part, (record, field) in NAMED_BY.items()
        if place.get(part)
    }
    if named:
        detail = {"transaction": document.id, "transactionline": line_id, "quantity": units}
        document.places.append(("inventoryassignment", {**detail, **named}))


def post_moves(ledger: Ledger) -> None:
    """Post every move of stock: units out of one place and into another, linked to no return."""
    for position, block in enumerate(ledger.scenario.erp_blocks("stock_moves")):
        document = ledger.open(
            {**block, "ref": f"stock_moves/{position}"},
            MOVES[block["kind"]],
            order=block.get("order"),
            at=block["at"],
            status="Y",
        )
        sku = ledger.original(block.get("order"), block["line"]).sku
        for end, sign in (("from", -1), ("to", 1)):
            units = sign * int(block["quantity"])
            line_id = document.add(end, item_type="InvtPart", sku=sku, quantity=units, value=None)
            place_units(document, line_id, block[end], units=units)


def _named(document: Document, record: str, field: str, name: str) -> int:
    key = number(record, "all", name) % SMALL
    document.places.append((record, {"id": key, field: name}))
    return key
