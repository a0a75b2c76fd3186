"""Random returns of a flow: the request, its refunds and credits, what our ledger did."""

from collections import Counter

from tests.oracle.flow_credits import add_credit
from tests.oracle.flow_orders import split
from tests.oracle.flow_refunds import add_refund
from tests.oracle.flow_warehouse import add_warehouse
from tests.oracle.money import instant, stamp

REASONS = ("size", "color", "defective", "unwanted", "wrong_item")
STATUSES = {"open": 9, "closed": 5, "requested": 1, "declined": 1, "canceled": 1}


def add_return(flow, order, requested_at):
    """Add a return of units that are left, with all that followed; say whether there were any."""
    left = {
        ref: line.quantity - flow.taken[order].get(ref, 0)
        for ref, line in flow.orders[order].lines.items()
    }
    left = {ref: units for ref, units in left.items() if units > 0}
    if not left:
        return False
    chosen = flow.random.sample(sorted(left), flow.random.randint(1, min(2, len(left))))
    units = {ref: flow.random.randint(1, left[ref]) for ref in sorted(chosen)}
    if flow.odd(0.03, "over_returned"):
        units = {ref: count + 1 for ref, count in units.items()}
    block, fees, exchanged = request_return(flow, order, units, requested_at)
    taken = dict(flow.taken[order])
    refunds = []
    if block["status"] in ("open", "closed") or flow.chance(0.2):
        received = add_warehouse(flow, order, block, units, requested_at)
        refunds = _refunds(flow, order, block, units, received["at"], taken, fees, exchanged)
        shipping = next((r["shipping"] for r in refunds if "shipping" in r), None)
        _credits(flow, order, units, received, taken=taken, fees=fees, shipping=shipping)
        _stock(flow, order, block, units, received)
    if block["status"] not in ("declined", "canceled"):
        flow.taken[order] = dict(Counter(taken) + Counter(units))
    return True


def request_return(flow, order, units, requested_at):
    """Add the request of a return; return the block, its fees and the value of exchange items."""
    name = flow.orders[order].name
    flow.counts[name] = flow.counts.get(name, 0) + 1
    block = {
        "ref": flow.ref("r"),
        "order": order,
        "name": f"{name}-R{flow.counts[name]}",
        "status": _status(flow),
        "requested_at": stamp(requested_at),
        "lines": [],
    }
    approved_at, closed_at = flow.later(requested_at, 0, 6), flow.later(requested_at, 20, 400)
    if block["status"] in ("open", "closed"):
        block["approved_at"] = stamp(approved_at)
    if block["status"] == "closed":
        block["closed_at"] = stamp(closed_at)
    fees = exchanged = 0
    for ref, count in units.items():
        line = {"line": ref, "quantity": count, "reason": flow.random.choice(REASONS)}
        if flow.odd(0.15, "fee"):
            line["restocking_fee"] = flow.text(fee := flow.random.randrange(50, 700))
            fees += fee
        block["lines"].append(line)
    if flow.odd(0.08, "split_lines"):
        block["lines"] = split(block["lines"])
    if flow.odd(0.1, "return_shipping_fee"):
        block["shipping_fee"] = flow.text(fee := flow.random.randrange(100, 900))
        fees += fee
    if flow.odd(0.12, "exchange"):
        exchanged = flow.random.randrange(300, 6000)
        block["exchanges"] = [{"amount": flow.text(exchanged)}]
    flow.body["returns"].append(block)
    return block, fees, exchanged


def _status(flow):
    if flow.is_clean:
        return flow.random.choice(("open", "closed"))
    status = flow.random.choices(list(STATUSES), weights=list(STATUSES.values()))[0]
    if status not in ("open", "closed"):
        flow.note(status)
    return status


def _refunds(flow, order, block, units, done_at, taken, fees, exchanged):
    if not flow.chance(0.95 if flow.is_clean else 0.82):
        return []
    at = flow.later(done_at, 1, 60)
    if flow.odd(0.25, "refund_in_advance"):
        at = flow.later(instant(block["requested_at"]), 1, 40)
    parts = [dict(units)]
    if sum(units.values()) > 1 and flow.odd(0.15, "two_refunds"):
        ref = next(iter(units))
        parts = [{ref: 1}, dict(Counter(units) - Counter({ref: 1}))]
    elif flow.odd(0.06, "over_refunded"):
        parts = [{ref: count + 1 for ref, count in units.items()}]
    elif flow.odd(0.05, "duplicate_refund"):
        parts = [dict(units), dict(units)]
    others = sorted(set(flow.orders[order].lines) - set(units))
    if others and flow.odd(0.04, "refund_of_another_line"):
        parts[0] = {**parts[0], others[0]: 1}
    made, before = [], dict(taken)
    for part in parts:
        made.append(
            add_refund(
                flow,
                order,
                part,
                at,
                returned=block["ref"],
                taken=before,
                fees=0 if made else fees,
                exchanged=0 if made else exchanged,
            )
        )
        before = dict(Counter(before) + Counter(part))
        at = flow.later(at, 5, 80)
    return made


def _credits(flow, order, units, came, *, taken, fees, shipping):
    if not flow.chance(0.95 if flow.is_clean else 0.82):
        return
    at = flow.later(came["at"], 1, 60)
    if came["rmas"] and flow.odd(0.08, "credit_in_advance"):
        at = flow.later(instant(came["rmas"][0]["at"]), 1, 12)
    sources = [rma for rma in came["rmas"] if rma["status"] != "cancelled"]
    given = {"taken": taken, "fees": fees, "shipping": shipping}
    for part, source in _credit_parts(flow, units, came, sources):
        block = add_credit(flow, order, part, at, source=source, **given)
        if flow.odd(0.05, "voided"):
            block["void_at"] = stamp(flow.later(at, 1, 30))
        elif flow.odd(0.02, "deleted"):
            block["deleted_at"] = stamp(flow.later(at, 0, 1))
        elif block in flow.body["erp"]["credits"] and flow.odd(0.05, "duplicate_credit"):
            again = flow.later(at, 0, 1)
            number = {"ref": flow.ref("cm"), "number": flow.number("CM", ""), "at": stamp(again)}
            flow.body["erp"]["credits"].append({**block, **number})
        given = {"taken": dict(Counter(given["taken"]) + Counter(part))}
        at = flow.later(at, 1, 30)
    for rma in sources:
        if rma["status"] == "pending_refund" and flow.has_happened(at):
            rma["status"] = "refunded"


def _credit_parts(flow, units, came, sources):
    """Return [(units, created_from)] of the credits of a return."""
    if not sources:
        source = None if flow.odd(0.25, "no_source") else came["source"]
        return [(units, source)]
    if len(sources) > 1 and flow.chance(0.5):
        flow.note("one_credit_of_two_rmas")
        return [(units, [rma["ref"] for rma in sources])]
    parts = [
        ({line["line"]: line["quantity"] for line in rma["lines"]}, rma["ref"]) for rma in sources
    ]
    if len(parts) == 1 and sum(units.values()) > 1 and flow.odd(0.12, "two_credits"):
        ref = next(iter(units))
        rest = dict(Counter(units) - Counter({ref: 1}))
        return [({ref: 1}, parts[0][1]), (rest, parts[0][1])]
    return parts


def _stock(flow, order, block, units, came):
    """Write dispositions, stock levels and what our ledger did about them."""
    line = flow.random.choice(sorted(units))
    place = flow.random.choice(("main", "main", "north"))
    if block["status"] in ("open", "closed") and flow.odd(0.3, "disposed"):
        kinds = ("restocked", "restocked", "processing_required", "not_restocked", "missing")
        count = flow.random.randint(1, units[line])
        at = flow.later(instant(block["requested_at"]), 10, 200)
        flow.body["dispositions"].append(
            {
                "return": block["ref"],
                "line": line,
                "quantity": count,
                "type": flow.random.choice(kinds),
                "location": place,
                "at": stamp(at),
            }
        )
    lines = flow.orders[order].lines.values()
    skus = [other.sku for other in lines]
    sku = flow.orders[order].lines[line].sku
    known = {stock["sku"] for stock in flow.body["inventory"]}
    if skus.count(sku) == 1 and sku not in known and flow.odd(0.3, "stock_known"):
        for name in ("main", "north"):
            stock = {"store": flow.store, "sku": sku, "location": name}
            flow.body["inventory"].append(stock | {"available": flow.random.randint(0, 4)})
    _act(flow, block, line, came, place)


def _act(flow, block, line, came, place):
    at = flow.later(came["at"], 2, 30)
    doable = {
        "quarantine": 1,
        "hasty_restock": came["units"][line],
        "restock": came["passed"][line],
        "hold_for_inspection": came["units"][line],
        "write_off": came["failed"][line],
    }
    for action, most in doable.items():
        if most and flow.odd(0.1, action):
            flow.body["actions"].append(
                {
                    "action": action.removeprefix("hasty_"),
                    "return": block["ref"],
                    "line": line,
                    "quantity": flow.random.randint(1, most),
                    "location": place,
                    "at": stamp(at),
                }
            )
            at = flow.later(at, 1, 30)
