"""Defects of documents: one too many, one too few, one in the wrong place."""

from copy import deepcopy
from datetime import datetime, timedelta
from random import Random

from orchestration.sandbox.business.cases import begin_return, process_return
from orchestration.sandbox.business.catalogue import STORES
from orchestration.sandbox.business.flow import Case, Flow
from orchestration.sandbox.business.money import amount
from orchestration.sandbox.business.sales import draw_order
from orchestration.sandbox.scenario_values import Block

# Past every due date and its grace, so that what is not there is missing.
LONG_AGO = timedelta(days=45)


class UnfitError(RuntimeError):
    """A defect did not take on this flow: draw another."""


def is_settled(flow: Flow) -> bool:
    """Whether the only return of the flow is done, a while ago."""
    return flow.is_single and _is_done_before(flow, timedelta(days=4))


def is_old(flow: Flow) -> bool:
    """Whether a return was done so long ago that nothing of it can still be awaited."""
    return _is_done_before(flow, LONG_AGO)


def is_paid(flow: Flow) -> bool:
    """Whether the refund of a return was paid in money."""
    return is_settled(flow) and bool(flow.struck.refunds[0].get("payments"))


def is_invoiced(flow: Flow) -> bool:
    """Whether the sale was invoiced, so that its credit pays an invoice."""
    return is_settled(flow) and not flow.struck.order.is_cash_sale


def is_whole_line(flow: Flow) -> bool:
    """Whether all units of a line came back, long enough ago to come back again."""
    return flow.is_single and is_old(flow) and _whole_line(flow.struck) is not None


def is_lost_and_credited(flow: Flow) -> bool:
    """Whether a parcel was lost, refunded and credited."""
    cases = flow.cases
    return (
        len(cases) == 1 and cases[0].kind == "refund_only" and is_done_by(flow, cases[0], LONG_AGO)
    )


def is_plain(flow: Flow) -> bool:
    """Whether a consumer's old order has a line of several units, to return one by one."""
    order = flow.orders[0]
    is_several = next(iter(order.lines.values())).quantity > 1
    return is_several and not order.is_b2b and flow.has_happened(order.placed_at + LONG_AGO)


def credit_twice(random: Random, flow: Flow) -> None:
    """Post the same credit memo again, some hours later."""
    case = flow.struck
    again = deepcopy(case.credits[0])
    again |= {
        "ref": f"{case.ref}-credit-2",
        "at": again["at"] + timedelta(hours=random.randrange(1, 60)),
    }
    again["period"] = f"{again['at']:%Y-%m}"
    case.credits.append(again)
    case.root_cause = "duplicate_credit_memo"


def refund_twice(random: Random, flow: Flow) -> None:
    """Refund the goods again, some hours later; shipping and fees stay as they were."""
    case = flow.struck
    again = deepcopy(case.refunds[0])
    at = again["at"] + timedelta(hours=random.randrange(1, 60))
    again |= {"ref": f"{case.ref}-refund-2", "at": at}
    again.pop("shipping", None)
    for payment in again.get("payments") or []:
        payment |= {"amount": amount(sum(part.total for part in case.reversals().values()))}
        payment["at"] = at
        payment.pop("settled", None)
        if payment["gateway"] == "shopify_payments":
            payment["settled"] = {"amount": payment["amount"], "at": at + timedelta(hours=20)}
    for line in again["lines"]:
        line["restock"] = False
    case.refunds.append(again)
    case.root_cause = "duplicate_refund"


def forget_credit(_: Random, flow: Flow) -> None:
    """Refund and close at the storefront; the ERP waits for somebody to post the credit."""
    flow.struck.credits.clear()
    if flow.struck.authorization is not None:
        flow.struck.authorization["status"] = "pending_refund"


def forget_refund(_: Random, flow: Flow) -> None:
    """Credit in the ERP; at the storefront nobody pays."""
    case = flow.struck
    case.refunds.clear()
    if case.returned is not None:
        case.returned["status"] = "open"
        del case.returned["closed_at"]


def credit_in_other_currency(_: Random, flow: Flow) -> None:
    """Keep the ERP's documents in the currency of the other store."""
    own = flow.struck.order.store.currency
    flow.erp_currency = next(store.currency for store in STORES if store.currency != own)
    flow.struck.root_cause = "currency_mismatch"


def fail_payout(_: Random, flow: Flow) -> None:
    """Let the gateway refuse the payment after the refund was recorded."""
    for payment in flow.struck.refunds[0]["payments"]:
        payment["status"] = "failure"
        payment.pop("settled", None)


def post_to_other_period(_: Random, flow: Flow) -> None:
    """Post the credit to the month after its own."""
    credit = flow.struck.credits[0]
    credit["period"] = f"{credit['at'].replace(day=1) + timedelta(days=32):%Y-%m}"
    if credit["period"] == f"{flow.struck.refunds[0]['at']:%Y-%m}":
        raise UnfitError


def apply_elsewhere(random: Random, flow: Flow) -> None:
    """Pay another invoice of the customer's with the credit."""
    order = flow.orders[0]
    while (other := draw_order(random, order.placed_at, ref="o2")).store != order.store:
        pass
    other.is_cash_sale = False
    flow.orders.append(other)
    flow.struck.credits[0]["applied_to"] = other.invoice_ref
    flow.struck.is_applied_elsewhere = True


def return_again(random: Random, flow: Flow) -> None:
    """Take back one more unit of a line than was sold."""
    first = flow.struck
    line = _whole_line(first)
    at = _finished_at(first) + timedelta(hours=30)
    case = begin_return(random, flow, first.order, {str(line): 1}, at=at)
    process_return(random, flow, case)
    if not case.is_done or first.link_method != "explicit":
        raise UnfitError
    first.is_over_returned = case.is_over_returned = True


def lose_source(_: Random, flow: Flow) -> None:
    """Enter the credit by hand: nothing says which sale it reverses."""
    lost = flow.struck
    (credit,) = lost.credits
    credit.pop("created_from")
    credit.pop("applied_to", None)
    lost.credits.clear()
    lost.link_method = "unlinked"
    flow.cases.append(
        Case("erp_only", "by-hand", lost.order, {}, {}, credits=[credit], link_method="unlinked")
    )


def authorize_twins(random: Random, flow: Flow) -> None:
    """Two returns alike and two authorizations without a reference: none is guessed."""
    order = flow.orders[0]
    line = next(iter(order.lines))
    order.taken.clear()
    flow.cases.clear()
    for day in (6, 8):
        at = order.placed_at + timedelta(days=day, hours=random.randrange(9))
        case = begin_return(random, flow, order, {line: 1}, at=at)
        _authorize_apart(flow, case, at)
    for case in flow.cases:
        case.link_method, case.root_cause = "ambiguous", "not_due"


def _authorize_apart(flow: Flow, case: Case, at: datetime) -> None:
    """Approve a return; its authorization stands in the ERP for itself."""
    if case.returned is not None:
        case.returned |= {"status": "open", "approved_at": at}
    case.order.taken[next(iter(case.units))] = len(flow.cases)
    alone = Case("erp_only", f"{case.ref}-alone", case.order, {}, {})
    lines: list[Block] = [{"line": ref, "quantity": count} for ref, count in case.units.items()]
    alone.authorization = {
        "ref": f"{case.ref}-rma",
        "created_from": case.order.invoice_ref,
        "status": "pending_receipt",
        "at": at + timedelta(hours=1),
        "lines": lines,
    }
    flow.cases.append(alone)


def is_done_by(flow: Flow, case: Case, ago: timedelta) -> bool:
    """Whether a case was done so long before the clock."""
    return case.is_done and flow.has_happened(_finished_at(case) + ago)


def _is_done_before(flow: Flow, ago: timedelta) -> bool:
    return bool(flow.cases) and flow.struck.kind == "return" and is_done_by(flow, flow.struck, ago)


def _finished_at(case: Case) -> datetime:
    closed_at = [case.returned["closed_at"]] if case.returned else []
    last: datetime = max(*closed_at, case.refunds[-1]["at"], case.credits[-1]["at"])
    return last


def _whole_line(case: Case) -> str | None:
    lines = case.order.lines
    whole = (ref for ref, units in case.units.items() if units == lines[ref].quantity)
    return next(whole, None)
