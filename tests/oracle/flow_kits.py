"""Random returns of kits: the storefront sold lines, the ERP keeps them as one."""

from collections import Counter

from tests.oracle.flow_credits import add_credit
from tests.oracle.flow_orders import add_order, documents_of
from tests.oracle.flow_refunds import add_refund
from tests.oracle.flow_returns import request_return
from tests.oracle.flow_warehouse import deliver
from tests.oracle.money import minor

FINAL = ("open", "closed")


def add_kit_case(flow, placed_at):
    """Add an order of a kit, of which some come back."""
    kits_sold = flow.random.choice((1, 1, 2, 3))
    order = add_order(flow, placed_at, kits=kits_sold)
    lines = flow.orders[order].lines
    kit = {"ref": flow.ref("set"), "sku": flow.number("KIT-", ""), "lines": list(lines)}
    flow.body["erp"]["kits"].append({**kit, "quantity": kits_sold})
    back = flow.random.randint(1, kits_sold)
    units = {ref: line.quantity * back // kits_sold for ref, line in lines.items()}
    requested_at = flow.later(placed_at, 30, 240)
    block, fees, exchanged = request_return(flow, order, units, requested_at)
    if block["status"] not in FINAL:
        return
    rma = _authorize(flow, order, block, kit, back)
    came = _receive(flow, rma, kit, back, units, requested_at)
    given = {"fees": fees}
    if flow.chance(0.8):
        at = flow.later(came["at"], 1, 60)
        extras = {"returned": block["ref"], "exchanged": exchanged, **given}
        given["shipping"] = add_refund(flow, order, units, at, **extras).get("shipping")
    if flow.chance(0.8):
        at = flow.later(came["at"], 1, 60)
        _as_kit(flow, add_credit(flow, order, units, at, source=rma["ref"], **given), kit, back)


def _authorize(flow, order, block, kit, back):
    sale, invoice = documents_of(flow, order)
    rma = {
        "ref": flow.ref("ra"),
        "number": flow.number("RMA", ""),
        "created_from": flow.random.choice((sale, invoice))["ref"],
        "storefront_return": block["ref"],
        "status": "pending_receipt",
        "at": block["requested_at"],
        "lines": [{"line": kit["ref"], "quantity": back}],
    }
    if flow.odd(0.3, "implicit"):
        del rma["storefront_return"]
    flow.body["erp"]["return_authorizations"].append(rma)
    return rma


def _receive(flow, rma, kit, back, units, at):
    """Receive the kits that came; the warehouse looks at what is in them."""
    came = {"at": at, "units": Counter(), "passed": Counter(), "failed": Counter()}
    if not flow.chance(0.85):
        return came
    received = flow.random.randint(1, back) if flow.odd(0.2, "short_receipt") else back
    inside = Counter({ref: count * received // back for ref, count in units.items()})
    done_at = deliver(flow, rma, inside, at, came)
    flow.body["erp"]["receipts"][-1]["lines"] = [{"line": kit["ref"], "quantity": received}]
    if flow.has_happened(done_at):
        rma["status"] = flow.random.choice(("pending_refund", "refunded", "closed"))
    return came


def _as_kit(flow, credit, kit, back):
    """Put a credit's lines into one, with their money and every code of theirs."""
    if not credit["lines"]:
        return
    taxes = Counter()
    for line in credit["lines"]:
        for tax in line.get("taxes") or []:
            taxes[tax["code"]] += minor(tax["amount"], flow.currency)
    sums = {
        name: sum(minor(line.get(name), flow.currency) for line in credit["lines"])
        for name in ("gross", "discount")
    }
    credit["lines"] = [
        {
            "line": kit["ref"],
            "quantity": back,
            **{name: flow.text(amount) for name, amount in sums.items()},
            "taxes": [{"code": c, "amount": flow.text(n)} for c, n in taxes.items()],
        }
    ]
