"""Random scenario files: what two systems would have recorded of one to three return flows."""

from collections import Counter
from copy import deepcopy
from datetime import UTC, datetime
from random import Random

from tests.oracle.flow_credits import add_credit
from tests.oracle.flow_kits import add_kit_case
from tests.oracle.flow_orders import Flow, add_order, documents_of
from tests.oracle.flow_refunds import add_refund
from tests.oracle.flow_returns import add_return
from tests.oracle.flow_warehouse import deliver
from tests.oracle.money import instant, stamp
from tests.oracle.presentment import present

CLOCKS = tuple(datetime(2026, *day, tzinfo=UTC) for day in ((3, 20), (4, 2), (5, 15)))
# Files of one clock share one policy, so that they can be loaded together.
POLICIES = (
    {},
    {
        "grace_days": 3,
        "refund_approval_limit": {"USD": 90, "EUR": 80, "GBP": 70, "JPY": 9000, "KWD": 60},
    },
    {},
)
PRESENTED = (("EUR", "0.9174"), ("USD", "1.31"), ("JPY", "149.37"), ("KWD", "0.3071"))
TWO_DECIMALS = ("USD", "EUR", "GBP")


def scenario(seed, index):
    """Return the name and the body, without `expected`, of one file; the same for a seed."""
    random = Random(f"{seed}/{index}")  # noqa: S311 - repeatable on purpose
    flow = Flow(random, index, CLOCKS[index % len(CLOCKS)])
    for _ in range(random.choice((1, 1, 1, 1, 2))):
        _order_with_cases(flow, random.choice((1, 1, 2, 2, 3)))
    _sell_again(flow)
    if flow.currency in TWO_DECIMALS and flow.odd(0.05, "other_currency"):
        others = [currency for currency in TWO_DECIMALS if currency != flow.currency]
        flow.body["erp"]["currency"] = random.choice(others)
    elif flow.odd(0.08, "presentment"):
        _present(flow)
    if flow.is_clean:
        flow.note("clean")
    flow.body["policy"] = POLICIES[index % len(CLOCKS)]
    flow.body["title"] = "Generated: " + ", ".join(flow.features).replace("_", " ")
    return f"g{index:04}_" + "_".join(flow.features[:6]), _tidy(flow.body)


def _order_with_cases(flow, count):
    placed_at = flow.days_before(9, 80)
    if flow.odd(0.08, "kit"):
        add_kit_case(flow, placed_at)
        return
    order = add_order(flow, placed_at)
    moment = placed_at
    for _ in range(count):
        moment = flow.later(moment, 30, 240)
        if flow.odd(0.2, "refund_only"):
            _refund_alone(flow, order, moment)
        else:
            add_return(flow, order, moment)
    if flow.odd(0.06, "erp_only"):
        _authorize_alone(flow, order, flow.later(moment, 1, 90))


def _present(flow):
    """Let the customers pay in another currency, in which the ERP may keep its books."""
    currency, rate = flow.random.choice(PRESENTED)
    if currency == flow.currency:
        return
    said = {"currency": currency, "rate": rate}
    for order in flow.body["orders"]:
        order["presentment"] = said
    if not flow.chance(0.7):
        return
    flow.body["erp"]["currency"] = currency
    posted = [deepcopy(credit) for credit in flow.body["erp"]["credits"]]  # some share lines
    for credit in posted:
        present(credit, {"presentment": said})
    flow.body["erp"]["credits"] = posted


def _refund_alone(flow, order, at):
    ref, line = flow.random.choice(sorted(flow.orders[order].lines.items()))
    taken = dict(flow.taken[order])
    left = line.quantity - taken.get(ref, 0)
    units = {ref: flow.random.randint(1, left)} if left > 0 else {}
    if flow.odd(0.1, "no_units"):
        units = {}
    refund = add_refund(flow, order, units, at, taken=taken)
    if not (refund["lines"] or refund.get("shipping") or refund.get("adjustment")):
        refund["adjustment"] = flow.text(500)
        refund["payments"] = []
    flow.taken[order] = dict(Counter(taken) + Counter(units))
    if flow.chance(0.7):
        sale, invoice = documents_of(flow, order)
        source = flow.random.choice((invoice["ref"], invoice["ref"], sale["ref"], None))
        moment = flow.later(at, 1, 200)
        given = {"taken": taken, "shipping": refund.get("shipping")}
        add_credit(flow, order, units, moment, source=source, **given)


def _authorize_alone(flow, order, at):
    ref, line = flow.random.choice(sorted(flow.orders[order].lines.items()))
    units = {ref: flow.random.randint(1, line.quantity)}
    rma = {
        "ref": flow.ref("ra"),
        "number": flow.number("RMA", ""),
        "created_from": documents_of(flow, order)[1]["ref"],
        "status": flow.random.choice(("pending_receipt", "cancelled", "pending_approval")),
        "at": stamp(at),
        "lines": [{"line": ref, "quantity": units[ref]}],
    }
    flow.body["erp"]["return_authorizations"].append(rma)
    if flow.odd(0.2, "rma_of_nothing"):
        del rma["created_from"]
    if rma["status"] == "cancelled":
        return
    if flow.chance(0.5):
        came = {"at": at, "units": Counter(), "passed": Counter(), "failed": Counter()}
        received_at = deliver(flow, rma, Counter(units), at, came)
        if flow.has_happened(received_at):
            rma["status"] = "pending_refund"
    if flow.chance(0.5):
        add_credit(flow, order, units, flow.later(at, 20, 90), source=rma["ref"])


def _sell_again(flow):
    """Sell a sku while units of it that nobody passed may be on sale."""
    restocked = [
        (refund["order"], line["line"], instant(refund["at"]))
        for refund in flow.body["refunds"]
        for line in refund["lines"]
        if line.get("restock")
    ]
    orders = {block["ref"]: block["order"] for block in flow.body["returns"]}
    restocked += [
        (orders[block["return"]], block["line"], instant(block["at"]))
        for block in flow.body["dispositions"]
    ]
    if not restocked or not flow.chance(0.4):
        return
    order, line, at = flow.random.choice(restocked)
    flow.note("sold_again")
    sku = flow.orders[order].lines[line].sku
    add_order(flow, flow.later(at, 1, 90), skus=(sku,))


def _tidy(body):
    """Leave out what is empty, as a person would."""
    erp = {name: blocks for name, blocks in body["erp"].items() if blocks}
    return {name: block for name, block in {**body, "erp": erp}.items() if block}
