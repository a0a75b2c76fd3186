"""What the lifecycle says of a case beside its stages (mart contract)."""

from tests.oracle.amounts import authorized_units, by_line, paid
from tests.oracle.causes import first_credit, first_refund
from tests.oracle.money import stamp, whole_days
from tests.oracle.stages import due_units, expected_units


def lifecycle(case, stage, *, currency, as_of):
    """Return the columns of a case that do not say how far it is."""
    order, returned = case.order, case.returned
    live = [rma for rma in case.authorizations if rma.status != "cancelled"]
    first = min(live, key=lambda rma: (rma.at, rma.number), default=None)
    moments = _moments(case, stage)
    return {
        "store": order.store if order else "unassigned",
        "order_name": order.name if order else None,
        "return_name": returned.name if returned else None,
        "rma_number": first.number if first else None,
        "channel": ("d2c" if order.is_captured else "b2b") if order else None,
        "currency": currency,
        **{name: stamp(moment) for name, moment in moments.items()},
        "rma_opened_at": stamp(first.at) if first else None,
        "days_in_stage": _days_in_stage(case, stage, moments, as_of),
        "is_exchange": bool(returned and returned.has_exchanges),
        **_kind_of_goods(case),
    }


def _moments(case, stage):
    returned, credit = case.returned, first_credit(case)
    requested_at = returned.requested_at if returned else _first(case.authorizations)
    tracked = [p for p in paid(case) if p.gateway == "shopify_payments" and p.settled_at]
    return {
        "requested_at": requested_at or first_refund(case),
        "approved_at": returned.approved_at if returned else None,
        "received_at": _first(case.receipts),
        "inspected_at": stage.inspected_at,
        "credited_at": credit.at if credit else None,
        "refunded_at": first_refund(case),
        "settled_at": min((p.settled_at for p in tracked), default=None),
        "closed_at": returned.closed_at if returned else None,
    }


def _first(events):
    return min((event.at for event in events), default=None)


def _days_in_stage(case, stage, moments, as_of):
    """Return whole days since the last of the stages before the current one ended."""
    said = [moments["approved_at"] or moments["requested_at"]]
    ends = {
        "awaiting_confirmation": [],
        "awaiting_receipt": [],
        "awaiting_inspection": [moments["received_at"]],
        "awaiting_posting": [moments["inspected_at"]],
    }.get(stage.current)
    if ends is None:
        ends = [moments["inspected_at"], *(part.credit.at for part in case.credits)]
    if stage.current in ("declined", "cancelled", "complete"):
        ends += [moments["refunded_at"], *(payment.at for payment in paid(case))]
    known = [moment for moment in (*said, *ends) if moment]
    return whole_days(max(known), as_of) if known else None


def _kind_of_goods(case):
    if case.order is None:
        return {"is_bundle": False, "is_partial": False, "is_promotional": False}
    expected, refunded = expected_units(case), case.refunded_units
    credited, seen = _credited_units(case), by_line(case.receipts)
    refs = {*expected, *refunded, *credited, *seen, *authorized_units(case)}
    lines = [case.order.lines[ref] for ref in refs]
    due = due_units(case)
    back = {ref: max(due[ref], seen[ref]) for ref in refs}
    if not any(back.values()):
        back = credited
    is_part_of_line = any(back.get(line.ref, 0) < line.quantity for line in lines)
    return {
        "is_bundle": any(line.bundle for line in lines),
        "is_promotional": any(line.discount > 0 for line in lines),
        "is_partial": is_part_of_line or len(lines) < len(case.order.lines),
    }


def _credited_units(case):
    units = {}
    for part in case.credits:
        for line, said in part.lines:
            if line:
                units[line.ref] = units.get(line.ref, 0) + said.quantity
    return units
