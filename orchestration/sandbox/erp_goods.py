"""Goods on a document: an item, or a kit with the components that it stands for."""

from collections.abc import Iterable
from decimal import Decimal

from orchestration.sandbox.erp_documents import Document
from orchestration.sandbox.erp_ledger import OriginalLine
from orchestration.sandbox.scenario_values import Block


def add_goods(
    document: Document,
    original: OriginalLine,
    *,
    units: int,
    value: Decimal,
    link_type: str,
    taxes: Iterable[Block] = (),
    discount: Decimal = Decimal(0),
    source: Document | None,
    is_sale: bool = False,
) -> int:
    """
    Add a line for units of what was sold, linked to the line it was made from, and its discount.

    A kit's money is on the kit's line alone: components follow it without amounts, and only they
    know the storefront's lines, which a sales order (`is_sale`, without a source) carries.
    Returns the line's id.
    """
    knows_storefront = is_sale and source is None
    line_id = document.add(
        original.ref,
        item_type="Kit" if original.components else "InvtPart",
        sku=original.sku,
        quantity=units,
        value=value,
        taxes=taxes,
        storefront_line=original.storefront_line if knows_storefront else None,
        source=source,
    )
    _link(document, line_id, source, ref=original.ref, link_type=link_type)
    for component in original.components:
        component_id = document.add(
            component.ref,
            item_type="InvtPart",
            sku=component.sku,
            quantity=units * component.quantity // original.quantity,
            value=None,
            storefront_line=component.storefront_line if knows_storefront else None,
            source=source,
            kit_line=line_id,
        )
        _link(document, component_id, source, ref=component.ref, link_type=link_type)
    document.add_discount(original.ref, discount, source=source)
    return line_id


def _link(
    document: Document, line_id: int, source: Document | None, *, ref: str, link_type: str
) -> None:
    if source:
        document.link(line_id, source, ref=ref, link_type=link_type)
