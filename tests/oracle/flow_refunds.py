"""Random refunds of a flow, with their payments and settlements."""

from tests.oracle.money import minor, stamp
from tests.oracle.reversal import reversal

GATEWAYS = ("shopify_payments", "shopify_payments", "shopify_payments", "paypal", "klarna")
VOUCHERS = ("gift_card", "shopify_store_credit")
MODES = {
    "full": 12,
    "split_payment": 2,
    "pending": 1,
    "failed": 1,
    "retried": 2,
    "underpaid": 1,
    "overpaid": 1,
    "voucher": 2,
    "no_payment": 1,
    "half_pending": 1,
    "half_failed": 1,
}


def add_refund(
    flow, order, units, at, *, returned=None, taken=None, fees=0, exchanged=0, fees_due=True
):
    """Refund units of an order's lines, precisely or nearly so; return the block."""
    block = {"ref": flow.ref("f"), "order": order, "at": stamp(at), "lines": []}
    if returned:
        block["return"] = returned
    total = 0
    for ref, quantity in units.items():
        line, paid = _line(
            flow, flow.orders[order].lines[ref], quantity, (taken or {}).get(ref, 0)
        )
        block["lines"].append(line)
        total += paid
    total += _add_shipping(flow, order, block)
    if flow.odd(0.08, "adjustment"):
        adjustment = flow.random.choice((-250, -99, 31, 500, 1000))
        block["adjustment"] = flow.text(adjustment)
        total += adjustment
    total -= (fees if fees_due else 0) + exchanged
    block["payments"] = _payments(flow, order, total, at)
    flow.body["refunds"].append(block)
    return block


def _line(flow, line, quantity, taken):
    exact = reversal(line, taken, quantity)
    subtotal = exact.total - (0 if line.is_tax_included else exact.tax)
    if subtotal > 200 and flow.odd(0.08, "refund_price_off"):
        subtotal += flow.random.choice((-100, -37, -1, 1, 55))
    tax = exact.tax
    if tax > 20 and flow.odd(0.05, "refund_tax_off"):
        tax += flow.random.choice((-11, -1, 1))
    block = {
        "line": line.ref,
        "quantity": quantity,
        "subtotal": flow.text(subtotal),
        "tax": flow.text(tax),
    }
    if flow.odd(0.22, "restocked"):
        block |= {"restock": True, "location": flow.random.choice(("main", "main", "north"))}
    return block, subtotal + (0 if line.is_tax_included else tax)


def _add_shipping(flow, order, block):
    said = next(b for b in flow.body["orders"] if b["ref"] == order).get("shipping")
    if not said or not flow.chance(0.3):
        return 0
    flow.note("shipping")
    amount = minor(said["price"], flow.currency)
    tax = sum(minor(t["amount"], flow.currency) for t in said.get("taxes") or [])
    if flow.odd(0.2, "part_shipping"):
        amount, tax = amount // 2, tax // 2
    block["shipping"] = {"amount": flow.text(amount), "tax": flow.text(tax)}
    return amount + (0 if flow.orders[order].is_tax_included else tax)


def _payments(flow, order, total, at):
    if total <= 0:
        return []
    if not flow.orders[order].is_captured and flow.chance(0.8):
        return []
    mode = "full"
    if not flow.is_clean:
        mode = flow.random.choices(list(MODES), weights=list(MODES.values()))[0]
    if mode != "full":
        flow.note(mode)
    gateway = flow.random.choice(GATEWAYS)
    return [_payment(flow, *part) for part in _parts(flow, mode, gateway, total, at)]


def _parts(flow, mode, gateway, total, at):
    later = flow.later(at, 20, 90)
    off = max(1, total // 7)
    return {
        "full": [(gateway, total, "success", at)],
        "split_payment": [
            (gateway, total - total // 3, "success", at),
            (flow.random.choice(("paypal", "gift_card")), total // 3 or 1, "success", at),
        ],
        "pending": [(gateway, total, "pending", at)],
        "failed": [(gateway, total, "failure", at)],
        "retried": [(gateway, total, "failure", at), (gateway, total, "success", later)],
        "underpaid": [(gateway, total - off, "success", at)] if total > off else [],
        "overpaid": [(gateway, total + off, "success", at)],
        "voucher": [(flow.random.choice(VOUCHERS), total, "success", at)],
        "no_payment": [],
        "half_pending": [
            (gateway, total - total // 2, "success", at),
            (gateway, total // 2 or 1, "pending", at),
        ],
        "half_failed": [
            (gateway, total - total // 2, "success", at),
            (gateway, total // 2 or 1, "failure", at),
        ],
    }[mode]


def _payment(flow, gateway, amount, status, at):
    block = {"gateway": gateway, "amount": flow.text(amount), "status": status, "at": stamp(at)}
    if gateway == "shopify_payments" and status == "success":
        settled = amount
        if flow.odd(0.12, "unsettled"):
            return block
        if amount > 60 and flow.odd(0.08, "settled_short"):
            settled -= 30
        moment = flow.later(at, 20, 400 if flow.odd(0.1, "settled_late") else 70)
        block["settled"] = {"amount": flow.text(settled), "at": stamp(moment)}
    return block
