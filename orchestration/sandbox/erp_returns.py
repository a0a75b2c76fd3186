"""Return authorizations, what the warehouse received under them and what it found."""

from collections.abc import Iterator
from decimal import Decimal

from orchestration.sandbox.erp_documents import Document, Kind, Row
from orchestration.sandbox.erp_goods import add_goods
from orchestration.sandbox.erp_ledger import Ledger, OriginalLine
from orchestration.sandbox.erp_stock import place_units
from orchestration.sandbox.identity import gid, number, tail
from orchestration.sandbox.scenario_values import Block, ScenarioError, amount, instant

STATUSES = {
    "pending_approval": "A",
    "pending_receipt": "B",
    "cancelled": "C",
    "partially_received": "D",
    "pending_refund_partially_received": "E",
    "pending_refund": "F",
    "refunded": "G",
    "closed": "H",
}


def post_authorization(ledger: Ledger, block: Block) -> None:
    """Post a return authorization, made from a sale or standing alone."""
    source, linked = ledger.find(block.get("created_from")), block.get("storefront_return")
    order = source.order if source else None
    if order is None and linked is not None:
        order = ledger.scenario.order_of_return(linked)
    document = ledger.open(
        block, Kind.AUTHORIZATION, order=order, at=block["at"], status=STATUSES[block["status"]]
    )
    if linked is not None:
        own = tail(gid("Return", ledger.scenario.stem, linked))
        document.header["custbody_storefront_return_id"] = own
    for line in block["lines"]:
        original = ledger.original(order, line["line"])
        _add_authorized(document, line, original=original, source=source)


def _add_authorized(
    document: Document, line: Block, *, original: OriginalLine, source: Document | None
) -> None:
    units = int(line["quantity"])
    if "gross" in line:
        gross, discount = amount(line["gross"]), amount(line.get("discount"))
        taxes = line.get("taxes") or []
    else:
        gross, discount, taxes = original.reversal(units)
    add_goods(
        document,
        original,
        units=units,
        value=gross,
        taxes=taxes,
        discount=discount,
        source=source,
        link_type="SaleRet",
    )


def post_receipt(ledger: Ledger, block: Block) -> None:
    """Post what came in under an authorization; goods have no amounts here."""
    source = ledger.documents[block["return_authorization"]]
    document = ledger.open(block, Kind.RECEIPT, order=source.order, at=block["at"], status="Y")
    source.touch(document.at)
    for line in block["lines"]:
        line_id = add_goods(
            document,
            ledger.original(source.order, line["line"]),
            units=int(line["quantity"]),
            value=Decimal(0),
            source=source,
            link_type="ShipRcpt",
        )
        place_units(document, line_id, line, units=int(line["quantity"]))


def inspections(ledger: Ledger) -> Iterator[Row]:
    """Yield what the warehouse found, a row for each receipt line and result."""
    for position, block in enumerate(ledger.scenario.erp_blocks("inspections")):
        receipt = ledger.documents[block["receipt"]]
        line = receipt.line_ids.get(block["line"])
        if line is None:
            raise ScenarioError(
                f"{ledger.scenario.stem}: erp.inspections names line {block['line']!r}, which "
                f"receipt {block['receipt']!r} does not have; inspect what it received"
            )
        for result, name in (("Pass", "passed"), ("Fail", "failed")):
            units = int(block.get(name) or 0)
            if units:
                yield {
                    "id": number("inspection", ledger.scenario.stem, f"{position}/{result}"),
                    "custrecord_inspection_receipt": receipt.id,
                    "custrecord_inspection_line": line,
                    "custrecord_inspection_result": result,
                    "custrecord_inspection_quantity": units,
                    "custrecord_inspection_date": instant(block["at"]),
                    "lastmodified": instant(block["at"]),
                    "isinactive": "F",
                }
