"""Credit memos and cash refunds: made from authorizations, from a sale, or from nothing."""

from collections.abc import Iterator, Sequence

from orchestration.sandbox.erp_documents import (
    FEE_ITEM,
    OTHER_ITEM,
    SHIPPING_ITEM,
    Document,
    Kind,
)
from orchestration.sandbox.erp_goods import add_goods
from orchestration.sandbox.erp_ledger import Ledger
from orchestration.sandbox.erp_periods import period_id
from orchestration.sandbox.scenario import sources_of
from orchestration.sandbox.scenario_values import Block, amount

SHIPPING_TAX = "SHIPTAX"


def post_credit(ledger: Ledger, block: Block) -> None:
    """Post a credit and, where it was applied to an invoice, the link that says so."""
    sources = [ledger.documents[ref] for ref in sources_of(block)]
    kind = Kind.CASH_REFUND if block["kind"] == "cash_refund" else Kind.CREDIT_MEMO
    order = next((source.order for source in sources if source.order), None)
    document = ledger.open(block, kind, order=order, at=block["at"], status="B")
    posted_in = block.get("period") or f"{document.at:%Y-%m}"
    document.header["postingperiod"] = period_id(posted_in)
    document.created_from = sources[0].id if sources else None
    for source in sources:
        source.touch(document.at)
    for line, credited in _lines_with_sources(block, sources):
        _add_goods(ledger, document, line=line, source=credited)
    _add_extras(document, sources[0] if sources else None)
    applied_to = ledger.find(block.get("applied_to"))
    if applied_to:
        value = abs(document.total)
        document.link_lines(0, applied_to, source_line=0, link_type="Payment", value=value)


def _lines_with_sources(
    block: Block, sources: Sequence[Document]
) -> Iterator[tuple[Block, Document | None]]:
    """Yield each line with what it credits: one that several hold goes to each of them in turn."""
    taken: set[tuple[int, str]] = set()
    for line in block.get("lines") or []:
        holding = [source for source in sources if line["line"] in source.line_ids]
        free = [source for source in holding if (source.id, line["line"]) not in taken]
        source = next(iter((*free, *holding, *sources)), None)
        if source:
            taken.add((source.id, line["line"]))
        yield line, source


def _add_goods(
    ledger: Ledger, document: Document, *, line: Block, source: Document | None
) -> None:
    add_goods(
        document,
        ledger.original(document.order, line["line"]),
        units=int(line["quantity"]),
        value=amount(line["gross"]),
        taxes=line.get("taxes") or [],
        discount=amount(line.get("discount")),
        source=source,
        link_type="OrdBill",
    )


def _add_extras(document: Document, source: Document | None) -> None:
    block = document.block
    shipping = block.get("shipping")
    if shipping:
        tax = amount(shipping.get("tax"))
        document.add(
            "shipping",
            item_type="ShipItem",
            sku=SHIPPING_ITEM,
            quantity=None,
            value=amount(shipping.get("amount")),
            taxes=[{"code": SHIPPING_TAX, "amount": tax}] if tax else [],
            source=source,
        )
    for name, sku, sign, quantity in (("fee", FEE_ITEM, -1, 1), ("other", OTHER_ITEM, 1, None)):
        if amount(block.get(name)):
            document.add(
                name,
                item_type="OthCharge",
                sku=sku,
                quantity=quantity,
                value=sign * amount(block[name]),
                source=source,
            )
