"""The life of a case without a fault: each step follows the one before, until the clock."""

from datetime import datetime
from random import Random

from orchestration.sandbox.business.catalogue import GATEWAYS, REASONS
from orchestration.sandbox.business.clock import later, return_requested
from orchestration.sandbox.business.flow import Case, Flow, Units
from orchestration.sandbox.business.money import amount, rounded
from orchestration.sandbox.business.payback import credit_of, refund_of
from orchestration.sandbox.business.rates import HABITS
from orchestration.sandbox.business.sales import Order, draw_order
from orchestration.sandbox.business.shape import AS_SHOPS_KNOW_THEM, Shape
from orchestration.sandbox.scenario_values import Block


def draw_flow(
    random: Random, placed_at: datetime, *, clock: datetime, shape: Shape = AS_SHOPS_KNOW_THEM
) -> Flow:
    """Draw an order and what came back of it; no case where nothing was asked for by the clock."""
    order = draw_order(random, placed_at, shape=shape)
    flow = Flow(clock, [order])
    if random.random() < HABITS["refund_without_return"]:
        at = later(random, placed_at, "parcel_lost")
        if flow.has_happened(at):
            flow.cases.append(lose_parcel(random, flow, order, at))
        return flow
    requested_at = return_requested(random, placed_at)
    for chance in (1.0, HABITS["second_return"], HABITS["third_return"]):
        units = _units_coming_back(random, order, shape)
        if not units or random.random() >= chance or not flow.has_happened(requested_at):
            break
        case = begin_return(random, flow, order, units, at=requested_at)
        process_return(random, flow, case)
        requested_at = later(random, requested_at, "next_return")
    _forget_reference(random, flow)
    return flow


def begin_return(random: Random, flow: Flow, order: Order, units: Units, *, at: datetime) -> Case:
    """Add a return of units of an order, as the customer asks for it."""
    ref = f"r{len(flow.cases) + 1}"
    case = Case("return", ref, order, units, dict(order.taken))
    case.returned = {
        "ref": ref,
        "order": order.ref,
        "status": "requested",
        "requested_at": at,
        "lines": [
            {"line": line, "quantity": count, "reason": random.choice(REASONS)}
            for line, count in units.items()
        ],
    }
    flow.cases.append(case)
    return case


def process_return(random: Random, flow: Flow, case: Case) -> None:
    """Let a return run: approval, authorization, receipt, inspection, credit, refund, closing."""
    returned = case.returned
    if returned is None or _ends_early(random, flow, case, returned):
        return
    for line, count in case.units.items():
        case.order.taken[line] = case.order.taken.get(line, 0) + count
    _agree_terms(random, case, returned)
    approved_at = returned["requested_at"]
    if random.random() < HABITS["late_approval"]:
        approved_at = later(random, approved_at, "approved")
    if not flow.has_happened(approved_at):
        return
    returned |= {"status": "open", "approved_at": approved_at}
    authorized_at = later(random, approved_at, "authorized")
    if flow.has_happened(authorized_at):
        authorize(case, authorized_at)
        inspected_at = receive(random, flow, case, later(random, authorized_at, "received"))
        if inspected_at is not None:
            pay_back(random, flow, case, later(random, inspected_at, "credited"))


def authorize(case: Case, at: datetime) -> None:
    """Open the ERP's return authorization."""
    case.link_method = "explicit"
    case.authorization = {
        "ref": f"{case.ref}-rma",
        "created_from": case.order.invoice_ref,
        "storefront_return": case.ref,
        "status": "pending_receipt",
        "at": at,
        "lines": _lines(case),
    }


def receive(random: Random, flow: Flow, case: Case, at: datetime) -> datetime | None:
    """Receive the goods, inspect them and put on sale what passed; return when it was done."""
    if case.authorization is None or not flow.has_happened(at):
        return None
    receipt = {
        "ref": f"{case.ref}-receipt",
        "return_authorization": case.authorization["ref"],
        "at": at,
        "lines": _lines(case),
    }
    case.receipts.append(receipt)
    case.authorization["status"] = "pending_refund"
    inspected_at = later(random, at, "inspected")
    if not flow.has_happened(inspected_at):
        return None
    for line, count in case.units.items():
        failed = int(random.random() < HABITS["failed_inspection"])
        case.inspections.append(
            {
                "receipt": receipt["ref"],
                "line": line,
                "passed": count - failed,
                "failed": failed,
                "at": inspected_at,
            }
        )
    is_sound = not any(block["failed"] for block in case.inspections)
    if is_sound and random.random() < HABITS["restocked_by_refund"]:
        case.is_restocked_by_refund = True
    elif random.random() >= HABITS["left_for_our_restock"]:
        _dispose(flow, case, later(random, inspected_at, "restocked"))
    return inspected_at


def pay_back(random: Random, flow: Flow, case: Case, credited_at: datetime) -> None:
    """Credit in the ERP, then refund at the storefront, then close the return."""
    if not flow.has_happened(credited_at):
        return
    case.credits.append(credit_of(case, credited_at))
    if case.authorization is not None:
        case.authorization["status"] = "refunded"
    refunded_at = later(random, credited_at, "refunded")
    if flow.has_happened(refunded_at):
        refund(random, flow, case, refunded_at)
    closed_at = later(random, refunded_at, "closed")
    if case.returned is not None and flow.has_happened(closed_at):
        case.returned |= {"status": "closed", "closed_at": closed_at}


def refund(random: Random, flow: Flow, case: Case, at: datetime) -> None:
    """Refund at the storefront, through the gateway that took the money."""
    gateway = GATEWAYS[random.random() < HABITS["other_gateway"]]
    settled_at = later(random, at, "settled")
    is_settled = flow.has_happened(settled_at)
    case.refunds.append(
        refund_of(case, at, gateway=gateway, settled_at=settled_at if is_settled else None)
    )


def lose_parcel(random: Random, flow: Flow, order: Order, at: datetime) -> Case:
    """Refund an order whose parcel was lost; no goods come back, and the credit follows."""
    units = {ref: line.quantity for ref, line in order.lines.items()}
    case = Case("refund_only", "lost", order, units, {}, link_method="unlinked")
    refund(random, flow, case, at)
    credited_at = later(random, at, "credited")
    if flow.has_happened(credited_at):
        case.credits.append(credit_of(case, credited_at))
        case.link_method = "order_lines"
    return case


def _units_coming_back(random: Random, order: Order, shape: Shape) -> Units:
    left = {ref: line.quantity - order.taken.get(ref, 0) for ref, line in order.lines.items()}
    left = {ref: units for ref, units in left.items() if units > 0}
    count = shape.draw_return_lines(random, left=len(left)) if left else 0
    chosen = random.sample(sorted(left), count)
    return {ref: random.choice((1, left[ref])) for ref in sorted(chosen)}


def _ends_early(random: Random, flow: Flow, case: Case, returned: Block) -> bool:
    """Whether the shop declines or the customer cancels, both before goods move."""
    fate = random.random()
    if fate >= HABITS["declined"] + HABITS["cancelled"]:
        return False
    if flow.has_happened(later(random, returned["requested_at"], "approved")):
        returned["status"] = "declined" if fate < HABITS["declined"] else "canceled"
        case.units = {}
    return True


def _agree_terms(random: Random, case: Case, returned: Block) -> None:
    """What is kept back, what is sent instead and whether shipping is paid back."""
    order, worth = case.order, sum(part.total for part in case.reversals().values())
    first = returned["lines"][0]
    if worth > 0 and random.random() < HABITS["restocking_fee"]:
        first["restocking_fee"] = amount(rounded(worth, 10))
    is_whole = all(order.taken.get(ref, 0) == line.quantity for ref, line in order.lines.items())
    is_paid_back = is_whole and random.random() < HABITS["shipping_refunded"]
    if order.shipping and is_paid_back and not order.is_shipping_refunded:
        order.is_shipping_refunded = case.is_shipping_refunded = True
    if not order.is_b2b and worth > 0 and random.random() < HABITS["exchange"]:
        returned["exchanges"] = [{"amount": amount(rounded(worth * 4, 10))}]


def _dispose(flow: Flow, case: Case, at: datetime) -> None:
    """Put on sale what passed, and nothing else."""
    if not flow.has_happened(at):
        return
    for block in case.inspections:
        for kind, count in (("restocked", block["passed"]), ("not_restocked", block["failed"])):
            if count:
                case.dispositions.append(
                    {
                        "return": case.ref,
                        "line": block["line"],
                        "quantity": count,
                        "type": kind,
                        "at": at,
                    }
                )


def _forget_reference(random: Random, flow: Flow) -> None:
    """Leave the ERP's reference empty, where the order's lines tell the return all the same."""
    if not flow.is_single or random.random() >= HABITS["authorization_without_reference"]:
        return
    authorization = flow.struck.authorization
    if authorization is not None:
        del authorization["storefront_return"]
        flow.struck.link_method = "order_lines"


def _lines(case: Case) -> list[Block]:
    return [{"line": line, "quantity": count} for line, count in case.units.items()]
