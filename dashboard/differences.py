"""How far storefront and ERP are apart, in a sentence: what a chart is to show."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from dashboard.money import spoken_amount
from dashboard.words import COMPONENTS

Totals = Mapping[str, Any]


def point(totals: Totals, currency: str) -> str:
    """Return the difference of all cases, what is only early taken out; the largest reason."""
    net = totals["net_amount"]
    if not totals["gross_amount"]:
        return _agreement(totals)
    if totals["not_late"]:
        late = _apart(net - totals["not_due_amount"], currency)
        early = f"The ERP is {_apart(net, currency)} the storefront"
        return f"{early}; without what is not late yet, {late} it"
    if not net:
        return "Storefront and ERP agree in total, but only because differences cancel out"
    largest = max(COMPONENTS, key=lambda name: abs(totals[f"{name}_component"]))
    mostly = COMPONENTS[largest].lower()
    return f"The ERP is {_apart(net, currency)} the storefront: most of it in {mostly}"


def _apart(net: Decimal, currency: str) -> str:
    if not net:
        return "in total equal to"
    return f"{spoken_amount(abs(net), currency)} {'below' if net > 0 else 'above'}"


def _agreement(totals: Totals) -> str:
    """Return what may be said where no case differs; without a common currency none agrees."""
    if totals["cases"] == totals["incomparable"]:
        return "No case here can be compared"
    if totals["incomparable"]:
        return "Of the cases that can be compared, none differs"
    return "Storefront and ERP agree exactly, case by case"


def no_part(totals: Totals) -> str:
    """Cases may differ where no line does: shipping, fees and adjustments belong to none."""
    if totals["gross_amount"]:
        return "The cases differ, but in none of their lines"
    return _agreement(totals)
