"""Random RMAs of a flow, with their receipts and inspections."""

from collections import Counter

from tests.oracle.flow_orders import documents_of, split
from tests.oracle.money import stamp

LINKS = {
    "explicit": 12,
    "implicit": 4,
    "no_rma": 2,
    "two_rmas": 3,
    "replaced_rma": 1,
    "twin_rma": 1,
    "double_rma": 1,
}


def add_warehouse(flow, order, block, units, requested_at):
    """Write the RMAs with receipts and inspections; return what came of them."""
    link = "explicit"
    if not flow.is_clean:
        link = flow.random.choices(list(LINKS), weights=list(LINKS.values()))[0]
    if link != "explicit":
        flow.note(link)
    sale, invoice = documents_of(flow, order)
    came = {"at": requested_at, "rmas": [], "units": Counter(), "passed": Counter()}
    came |= {"failed": Counter(), "source": sale["ref"] if flow.chance(0.3) else invoice["ref"]}
    for part in _parts(flow, link, units):
        at = flow.later(requested_at, 0, 20)
        rma = {
            "ref": flow.ref("ra"),
            "number": flow.number("RMA", ""),
            "created_from": came["source"],
            "storefront_return": block["ref"],
            "status": "pending_receipt",
            "at": stamp(at),
            "lines": [{"line": ref, "quantity": count} for ref, count in part.items()],
        }
        if link in ("implicit", "twin_rma"):
            del rma["storefront_return"]
        elif flow.odd(0.06, "rma_of_no_sale"):
            del rma["created_from"]
        if flow.odd(0.05, "split_lines"):
            rma["lines"] = split(rma["lines"])
        if flow.odd(0.02, "rma_voided"):
            rma["void_at"] = stamp(flow.later(at, 1, 200))
        flow.body["erp"]["return_authorizations"].append(rma)
        came["rmas"].append(rma)
        if link == "replaced_rma" and len(came["rmas"]) == 1:
            rma["status"] = "cancelled"
            continue
        if link in ("twin_rma", "double_rma") and len(came["rmas"]) > 1:
            continue
        _receive(flow, order, rma, part, at, came)
    return came


def _parts(flow, link, units):
    if link == "no_rma":
        return []
    if link in ("replaced_rma", "twin_rma", "double_rma"):
        return [units, units]
    if link == "two_rmas" and sum(units.values()) > 1:
        if len(units) > 1:
            return [{ref: count} for ref, count in units.items()]
        ref, count = next(iter(units.items()))
        return [{ref: 1}, {ref: count - 1}]
    if link == "implicit" and flow.odd(0.1, "rma_of_other_units"):
        return [{ref: count + 1 for ref, count in units.items()}]
    return [units]


def _receive(flow, order, rma, units, at, came):
    rma["status"] = "pending_receipt"
    if not flow.chance(0.85):
        if flow.odd(0.4, "closed_rma"):
            rma["status"] = "closed"
        elif flow.odd(0.2, "cancelled_rma"):
            rma["status"] = "cancelled"
        return
    came_now = _arriving(flow, order, units)
    deliveries = [came_now]
    if sum(came_now.values()) > 1 and flow.odd(0.2, "two_receipts"):
        ref = next(iter(came_now))
        deliveries = [Counter({ref: 1}), came_now - Counter({ref: 1})]
    for delivery in deliveries:
        at = deliver(flow, rma, delivery, at, came)
    is_whole = all(came_now[ref] >= count for ref, count in units.items())
    rma["status"] = "pending_refund" if is_whole else "partially_received"
    if not flow.has_happened(at):
        rma["status"] = "pending_receipt"
    elif not is_whole and flow.odd(0.5, "closed_rma"):
        rma["status"] = "closed"


def _arriving(flow, order, units):
    """Return the units that come back of an RMA: fewer or more, or of another line."""
    arriving = Counter()
    for ref, count in units.items():
        arriving[ref] = count
        if count > 1 and flow.odd(0.2, "short_receipt"):
            arriving[ref] = flow.random.randint(1, count - 1)
        elif flow.odd(0.05, "over_receipt"):
            arriving[ref] += 1
    others = [ref for ref in flow.orders[order].lines if ref not in units]
    if others and flow.odd(0.04, "unasked_line"):
        arriving[flow.random.choice(others)] = 1
    return arriving


def deliver(flow, rma, delivery, at, came):
    """Receive units of an RMA, and mostly inspect them; return when they came."""
    at = flow.later(at, 24, 140)
    receipt = {
        "ref": flow.ref("ir"),
        "return_authorization": rma["ref"],
        "at": stamp(at),
        "lines": [{"line": ref, "quantity": count} for ref, count in delivery.items()],
    }
    if flow.odd(0.02, "receipt_voided"):
        receipt["void_at"] = stamp(flow.later(at, 1, 90))
    flow.body["erp"]["receipts"].append(receipt)
    came["units"] += delivery
    if flow.odd(0.12, "uninspected"):
        came["at"] = max(came["at"], at)
        return at
    for ref, count in delivery.items():
        looked_at = count
        if count > 1 and flow.odd(0.15, "part_inspected"):
            looked_at -= 1
        failed = flow.random.randint(0, looked_at) if flow.chance(0.35) else 0
        moment = flow.later(at, 1, 50)
        flow.body["erp"]["inspections"].append(
            {
                "receipt": receipt["ref"],
                "line": ref,
                "passed": looked_at - failed,
                "failed": failed,
                "at": stamp(moment),
            }
        )
        came["passed"][ref] += looked_at - failed
        came["failed"][ref] += failed
        came["at"] = max(came["at"], moment)
    return at
