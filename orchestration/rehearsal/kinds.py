"""Which complex flows a scenario file is about, by what it records and not by its name."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

Block = Mapping[str, Any]

NOT_TAKING = frozenset({"declined", "canceled"})


@dataclass(frozen=True)
class Taking:
    """What one return, or one refund without a return, takes of its order: units by line."""

    order: Block
    block: Block
    units: Mapping[str, int]


def kinds_of(content: Block) -> list[str]:
    """Return the kinds of flow that a file rehearses, sorted; a plain return is of none."""
    takings = list(_takings(content))
    return sorted(
        kind
        for kind, is_of_kind in KINDS.items()
        if any(is_of_kind(taking, content) for taking in takings)
    )


def _takings(content: Block) -> Iterator[Taking]:
    orders = {order["ref"]: order for order in content.get("orders") or []}
    blocks = [
        *(one for one in content.get("returns") or [] if one.get("status") not in NOT_TAKING),
        *(one for one in content.get("refunds") or [] if not one.get("return")),
    ]
    for block in blocks:
        units: Counter[str] = Counter()
        for line in block.get("lines") or []:
            units[line["line"]] += 0 if line.get("removed") else line["quantity"]
        if block.get("order") in orders and units.total():
            yield Taking(orders[block["order"]], block, units)


def _is_partial(taking: Taking, _: Block) -> bool:
    """Some line comes back in part, or some line not at all."""
    lines = taking.order["lines"]
    return any(taking.units.get(line["ref"], 0) < line["quantity"] for line in lines)


def _is_bundle(taking: Taking, content: Block) -> bool:
    """A line that comes back was sold in a group, or is part of a kit of the ERP's."""
    kits = (content.get("erp") or {}).get("kits") or []
    in_kits = {line for kit in kits for line in kit["lines"]}
    return any(
        taking.units.get(line["ref"], 0) and (line.get("bundle") or line["ref"] in in_kits)
        for line in taking.order["lines"]
    )


def _is_account_credit(taking: Taking, _: Block) -> bool:
    """A company bought on account: nothing was captured that could be paid back."""
    return taking.order.get("channel") == "b2b"


def _is_exchange(taking: Taking, _: Block) -> bool:
    """Other goods are taken instead of money."""
    return bool(taking.block.get("exchanges"))


def _is_multi_currency(taking: Taking, content: Block) -> bool:
    """The customer pays in another currency than the shop's, or the ERP's books are in another."""
    erp = content.get("erp") or {}
    rates = [
        document.get("exchange_rate", 1)
        for documents in erp.values()
        if isinstance(documents, list)
        for document in documents
    ]
    return bool(
        taking.order.get("presentment")
        or erp.get("currency", taking.order["currency"]) != taking.order["currency"]
        or any(Decimal(str(rate)) != 1 for rate in rates)
    )


def _is_tax_inclusive(taking: Taking, _: Block) -> bool:
    """Prices hold their tax."""
    return bool(taking.order.get("taxes_included"))


KINDS: Mapping[str, Callable[[Taking, Block], bool]] = {
    "partial": _is_partial,
    "bundle": _is_bundle,
    "account_credit": _is_account_credit,
    "exchange": _is_exchange,
    "multi_currency": _is_multi_currency,
    "tax_inclusive": _is_tax_inclusive,
}
