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


def return_of(block, currency):
    """Return a return; fees and exchanges added up."""
    fees = [line.get("restocking_fee") for line in block["lines"]] + [block.get("shipping_fee")]
    exchanges = block.get("exchanges") or []
    return Return(
        block["ref"],
        block["order"],
        block["name"],
        {"canceled": "cancelled"}.get(block["status"], block["status"]),
        instant(block["requested_at"]),
        instant(block.get("approved_at")),
        instant(block.get("closed_at")),
        {line["line"]: int(line["quantity"]) for line in block["lines"]},
        sum(minor(fee, currency) for fee in fees),
        sum(minor(item["amount"], currency) for item in exchanges),
        bool(exchanges),
    )


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
