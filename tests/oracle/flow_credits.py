"""Random ERP credits of a flow: exact, or wrong in one of the ways credits go wrong."""

from tests.oracle.money import minor, share, stamp
from tests.oracle.reversal import reversal

ERRORS = (
    "price",
    "discount",
    "tax_code",
    "tax_rate",
    "short_credit",
    "extra_credit",
    "cent",
    "offset",
    "amount_only",
    "another_line",
    "fee_forgotten",
    "shipping_forgotten",
    "other",
)


def add_credit(flow, order, units, at, *, source, taken=None, fees=0, shipping=None):
    """Credit units of an order's lines from a document (ref, refs or None); return the block."""
    error = None
    if not flow.is_clean and flow.chance(0.5):
        flow.note(error := flow.random.choice(ERRORS))
    invoice = _invoice(flow, order)
    is_cash = flow.odd(0.06, "cash_refund") or (
        invoice.get("kind") == "cash_sale" and flow.chance(0.8)
    )
    block = {
        "ref": flow.ref("cm"),
        "kind": "cash_refund" if is_cash else "credit_memo",
        "number": flow.number("CM", ""),
        "at": stamp(at),
        "period": at.strftime("%Y-%m"),
        "lines": [],
    }
    if source:
        block["created_from"] = source
    _apply(flow, block, invoice)
    if flow.odd(0.06, "later_period"):
        block["period"] = f"{at.year + at.month // 12}-{at.month % 12 + 1:02}"
    block["lines"] = [
        _line(flow, flow.orders[order].lines[ref], n, (taken or {}).get(ref, 0), error)
        for ref, n in units.items()
    ]
    others = sorted(set(flow.orders[order].lines) - set(units))
    if error == "another_line" and others:
        block["lines"].append(_line(flow, flow.orders[order].lines[others[0]], 1, 0, error))
    _add_extras(flow, order, block, fees=fees, shipping=shipping, error=error)
    if error == "amount_only":
        _as_amount(flow, block)
    # An ERP keeps no credit of nothing; one whose fee eats it is less than nothing.
    if block["lines"] or _total(flow, block) != 0:
        flow.body["erp"]["credits"].append(block)
    return block


def _invoice(flow, order):
    erp = flow.body["erp"]
    sale = next(block for block in erp["sales_orders"] if block["order"] == order)
    return next(b for b in erp["invoices"] if b["sales_order"] == sale["ref"])


def _apply(flow, block, invoice):
    if block["kind"] == "cash_refund" or flow.odd(0.1, "unapplied"):
        return
    block["applied_to"] = invoice["ref"]
    others = [b for b in flow.body["erp"]["invoices"] if b is not invoice and "kind" not in b]
    if others and flow.odd(0.2, "applied_elsewhere"):
        block["applied_to"] = flow.random.choice(others)["ref"]


def _line(flow, line, quantity, taken, error):
    if error == "short_credit" and quantity > 1:
        quantity -= 1
    if error == "extra_credit":
        quantity += 1
    exact = reversal(line, taken, quantity)
    gross, discount = exact.gross, exact.discount
    taxes = {
        code: share(amount, taken, quantity, of=line.quantity)
        for code, amount in line.taxes.items()
    }
    gross, discount = _mistaken(flow, gross, discount, error)
    block = {"line": line.ref, "quantity": quantity, "gross": flow.text(gross)}
    if discount:
        block["discount"] = flow.text(discount)
    if taxes:
        block["taxes"] = [
            {"code": code, "amount": flow.text(amount)}
            for code, amount in _retaxed(flow, taxes, error).items()
        ]
    return block


def _mistaken(flow, gross, discount, error):
    off = flow.random.choice((1, 17, 250, 999))
    if error == "price":
        return gross + off, discount
    if error == "discount":
        return gross, 0 if discount else min(off, gross)
    if error == "cent":
        return gross + flow.random.choice((1, 2)), discount
    if error == "offset":
        return gross + off, discount + off
    return gross, discount


def _retaxed(flow, taxes, error):
    first = next(iter(taxes))
    off = flow.random.choice((0, 3, 41, 300))
    if error == "tax_code":
        return {
            (f"{c}N" if c == first else c): n + (off if c == first else 0)
            for c, n in taxes.items()
        }
    if error == "tax_rate":
        return {c: n + (off if c == first else 0) for c, n in taxes.items()}
    return taxes


def _add_extras(flow, order, block, *, fees, shipping, error):
    if fees and error != "fee_forgotten":
        block["fee"] = flow.text(fees)
    if shipping and error != "shipping_forgotten":
        amount, tax = (minor(shipping[name], flow.currency) for name in ("amount", "tax"))
        net = amount - (tax if flow.orders[order].is_tax_included else 0)
        block["shipping"] = {"amount": flow.text(net), "tax": flow.text(tax)}
    if error == "other":
        block["other"] = flow.text(flow.random.choice((-150, 77, 400)))


def _as_amount(flow, block):
    total = _lines_total(flow, block)
    block["lines"] = []
    if total:
        block["other"] = flow.text(total)


def _total(flow, block):
    shipping = block.get("shipping") or {}
    added = (shipping.get("amount"), shipping.get("tax"), block.get("other"))
    extras = sum(minor(value, flow.currency) for value in added)
    return _lines_total(flow, block) + extras - minor(block.get("fee"), flow.currency)


def _lines_total(flow, block):
    total = 0
    for line in block["lines"]:
        total += minor(line["gross"], flow.currency) - minor(line.get("discount"), flow.currency)
        total += sum(minor(t["amount"], flow.currency) for t in line.get("taxes") or [])
    return total
