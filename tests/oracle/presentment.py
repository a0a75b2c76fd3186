"""The customer's currency: the same money as the storefront's, each amount rounded on its own."""

from copy import deepcopy
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

from tests.oracle.money import digits, minor, rounded, text

AMOUNTS = frozenset(
    {
        *("gross", "fee", "other"),
        *("unit_price", "discount", "price", "amount", "subtotal", "tax"),
        *("adjustment", "restocking_fee", "shipping_fee"),
    }
)


def presented(body):
    """Return a file with the storefront's amounts as the customers saw them, None if alike."""
    seen = {o["ref"]: o for o in body["orders"] if o.get("presentment")}
    if not seen:
        return None
    body = deepcopy(body)
    for name in ("orders", "returns", "refunds"):
        for block in body.get(name) or []:
            order = seen.get(block["ref"] if name == "orders" else block["order"])
            if order:
                present(block, order)
            if order and name == "orders":
                block["currency"] = order["presentment"]["currency"]
    return body


def present(block, order):
    """Convert every amount of a block."""
    for name, value in block.items():
        if name == "payments":
            for payment in value:
                _present_payment(payment, order)
        elif isinstance(value, dict | list):
            for part in value if isinstance(value, list) else [value]:
                if isinstance(part, dict):
                    present(part, order)
        elif name in AMOUNTS:
            block[name] = _converted(value, order)


def _present_payment(payment, order):
    """The processor settles in the shop's currency: the same part of the amount here."""
    shop, own = order["currency"], order["presentment"]["currency"]
    before = minor(payment["amount"], shop)
    payment["amount"] = _converted(payment["amount"], order)
    if payment.get("settled"):
        part = Fraction(minor(payment["settled"]["amount"], shop), before)
        payment["settled"]["amount"] = text(rounded(minor(payment["amount"], own) * part), own)


def _converted(value, order):
    exact = Decimal(str(value)) * Decimal(str(order["presentment"]["rate"]))
    places = digits(order["presentment"]["currency"])
    return str(exact.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP))
