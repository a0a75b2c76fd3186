"""Sales orders, invoices and cash sales: they mirror the order's lines, with its tax codes."""

from orchestration.sandbox.erp_documents import SHIPPING_ITEM, Document, Kind
from orchestration.sandbox.erp_goods import add_goods
from orchestration.sandbox.erp_ledger import Ledger
from orchestration.sandbox.identity import gid, tail
from orchestration.sandbox.scenario_values import Block, amount
from orchestration.sandbox.storefront_scope import taxes_of


def post_sales_order(ledger: Ledger, block: Block) -> None:
    """Post a sales order; it alone knows the storefront's ids."""
    order = block["order"]
    placed_at = ledger.scenario.orders[order]["placed_at"]
    document = ledger.open(
        block,
        Kind.SALES_ORDER,
        order=order,
        at=block.get("at", placed_at),
        status="G" if ledger.is_billed(block["ref"]) else "F",
    )
    document.header["otherrefnum"] = tail(gid("Order", ledger.scenario.stem, order))
    _add_lines(ledger, document, order=order, source=None)


def post_invoice(ledger: Ledger, block: Block) -> None:
    """Bill a sales order: by an invoice, or at once by a cash sale."""
    source = ledger.documents[block["sales_order"]]
    order = source.order or ""
    kind = Kind.CASH_SALE if block.get("kind") == "cash_sale" else Kind.INVOICE
    placed_at = ledger.scenario.orders[order]["placed_at"]
    document = ledger.open(block, kind, order=order, at=block.get("at", placed_at), status="B")
    _add_lines(ledger, document, order=order, source=source)


def _add_lines(ledger: Ledger, document: Document, *, order: str, source: Document | None) -> None:
    for line in ledger.originals(order):
        add_goods(
            document,
            line,
            units=line.quantity,
            value=line.gross,
            taxes=[{"code": code, "amount": tax} for code, tax in line.taxes.items()],
            discount=line.discount,
            source=source,
            link_type="OrdBill",
            is_sale=True,
        )
    _add_shipping(document, ledger.in_own_currency(ledger.scenario.orders[order]))


def _add_shipping(document: Document, order: Block) -> None:
    shipping = order.get("shipping")
    if not shipping:
        return
    inside = taxes_of(shipping) if order.get("taxes_included") else 0
    document.add(
        "shipping",
        item_type="ShipItem",
        sku=SHIPPING_ITEM,
        quantity=None,
        value=amount(shipping.get("price")) - inside,
        taxes=shipping.get("taxes") or [],
    )
