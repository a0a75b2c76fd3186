"""Kits: one line in the ERP, several in the storefront (definitions, section 2)."""

from copy import deepcopy
from fractions import Fraction

from tests.oracle.money import minor, rounded, text
from tests.oracle.readers import order_of

DOCUMENTS = ("return_authorizations", "receipts", "credits")


def expanded(body):
    """Return a file whose ERP documents name the lines that were sold in place of their kits."""
    kits = {kit["ref"]: kit for kit in (body.get("erp") or {}).get("kits") or []}
    if not kits:
        return body
    body = deepcopy(body)
    for name in DOCUMENTS:
        for block in body["erp"].get(name) or []:
            block["lines"] = [
                line for said in block.get("lines") or [] for line in _lines(body, kits, said)
            ]
    return body


def _lines(body, kits, said):
    kit = kits.get(said["line"])
    if kit is None:
        return [said]
    order = next(
        order for order in map(order_of, body["orders"]) if {*kit["lines"]} <= {*order.lines}
    )
    sold = [order.lines[ref] for ref in kit["lines"]]
    kits_sold = int(kit.get("quantity", 1))
    units = [int(said["quantity"]) * line.quantity // kits_sold for line in sold]
    lines = [{"line": line.ref, "quantity": n} for line, n in zip(sold, units, strict=True)]
    if "gross" not in said:
        return lines
    currency = body["erp"].get("currency") or order.currency
    return _spread(lines, said, weights=[_total(line) for line in sold], currency=currency)


def _total(line):
    """What the whole of a line was sold for."""
    net = line.quantity * line.price - line.discount
    return net if line.is_tax_included else net + line.tax


def _spread(lines, said, *, weights, currency):
    """Spread a kit's amounts over its lines, cumulatively in their order."""
    if not sum(weights):
        weights = [1] * len(lines)
    codes = [str(tax["code"]) for tax in said.get("taxes") or []]
    whole = {
        "gross": minor(said["gross"], currency),
        "discount": minor(said.get("discount"), currency),
        "tax": sum(minor(tax["amount"], currency) for tax in said.get("taxes") or []),
    }
    running, spread = 0, []
    for line, weight in zip(lines, weights, strict=True):
        part = {
            name: _up_to(amount, running + weight, weights) - _up_to(amount, running, weights)
            for name, amount in whole.items()
        }
        running += weight
        taxes = [
            {"code": code, "amount": text(part["tax"] if code == codes[0] else 0, currency)}
            for code in codes
        ]
        amounts = {name: text(part[name], currency) for name in ("gross", "discount")}
        spread.append({**line, **amounts, "taxes": taxes})
    return spread


def _up_to(amount, weight, weights):
    return rounded(Fraction(amount * weight, sum(weights)))
