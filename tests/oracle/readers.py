"""Blocks of a scenario file as records."""

from tests.oracle.money import instant, minor
from tests.oracle.records import CreditLine, Event, Line, Order, Payment, RefundLine, Return


def order_of(block):
    """Return an order as the storefront recorded it."""
    currency, is_included = block["currency"], bool(block.get("taxes_included"))
    shipping = block.get("shipping") or {}
    taxes = [] if is_included else shipping.get("taxes") or []
    return Order(
        block["ref"],
        block["store"],
        block["name"],
        currency,
        instant(block["placed_at"]),
        block.get("channel", "d2c") != "b2b",
        is_included,
        {
            line["ref"]: Line(
                block["ref"],
                line["ref"],
                line["sku"],
                int(line["quantity"]),
                minor(line["unit_price"], currency),
                minor(line.get("discount"), currency),
                _taxes(line, currency),
                is_included,
                line.get("bundle"),
            )
            for line in block["lines"]
        },
        minor(shipping.get("price"), currency)
        + sum(minor(tax["amount"], currency) for tax in taxes),
    )


def _by(value, as_of):
    moment = instant(value)
    return moment if moment and moment <= as_of else None


def _status(block, as_of):
    """Return a return's status as it stood by as_of: what is dated later did not happen yet."""
    status = {"canceled": "cancelled"}.get(block["status"], block["status"])
    if (
        status in ("open", "closed")
        and block.get("approved_at")
        and not _by(block["approved_at"], as_of)
    ):
        return "requested"
    if status == "closed" and block.get("closed_at") and not _by(block["closed_at"], as_of):
        return "open"
    return status


def return_of(block, currency, as_of):
    """Return a return as it stood; fees and exchanges added up."""
    fees = [line.get("restocking_fee") for line in block["lines"]] + [block.get("shipping_fee")]
    exchanges = block.get("exchanges") or []
    return Return(
        block["ref"],
        block["order"],
        block["name"],
        _status(block, as_of),
        instant(block["requested_at"]),
        _by(block.get("approved_at"), as_of),
        _by(block.get("closed_at"), as_of),
        units_of(block["lines"]),
        sum(minor(fee, currency) for fee in fees),
        sum(minor(item["amount"], currency) for item in exchanges),
        bool(exchanges),
    )


def units_of(lines):
    """Return units by order line: lines about one are added up."""
    units = {}
    for line in lines:
        units[line["line"]] = units.get(line["line"], 0) + int(line["quantity"])
    return units


def refund_line_of(block, currency):
    """Return a line of a refund."""
    return RefundLine(
        block["line"],
        int(block["quantity"]),
        minor(block["subtotal"], currency),
        minor(block.get("tax"), currency),
        bool(block.get("restock")),
        str(block.get("location", "main")),
    )


def payment_of(block, currency, as_of):
    """Return a refund transaction, with its settlement if there is one by as_of."""
    settled = block.get("settled")
    if settled and instant(settled["at"]) > as_of:
        settled = None
    return Payment(
        block["gateway"],
        minor(block["amount"], currency),
        block["status"],
        instant(block["at"]),
        minor(settled["amount"], currency) if settled else None,
        instant(settled["at"]) if settled else None,
    )


def credit_line_of(block, currency):
    """Return a line of a credit."""
    return CreditLine(
        block["line"],
        int(block["quantity"]),
        minor(block["gross"], currency),
        minor(block.get("discount"), currency),
        _taxes(block, currency),
    )


def _taxes(block, currency):
    taxes = {}
    for tax in block.get("taxes") or []:
        code = str(tax["code"])
        taxes[code] = taxes.get(code, 0) + minor(tax["amount"], currency)
    return taxes


def event_of(kind, block):
    """Return units of a returned line at an instant."""
    return Event(
        kind,
        block["return"],
        block["line"],
        int(block["quantity"]),
        instant(block["at"]),
        location=str(block.get("location", "main")),
    )
