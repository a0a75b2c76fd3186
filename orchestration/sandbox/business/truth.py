"""What is true of a case, told by who planted it: the other half of every comparison."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from orchestration.sandbox.business.flow import Case, Flow
from orchestration.sandbox.scenario_values import Block

# Policy of the marts at its defaults (definitions, section 5): seven whole days of grace.
GRACE = timedelta(days=8)
CREDIT_DUE_AT_LATEST = timedelta(days=30)


@dataclass(frozen=True)
class Truth:
    """
    One case; grain: case name.

    `root_cause` of a case that lacks a document is what it becomes at `missing_at`; until then it
    is awaited. `cutoff_from` is null where both documents stand in one period; `order_name` says
    where a defect of several cases was planted. Quantities are units, moments UTC.
    """

    case_name: str
    order_name: str
    kind: str
    defect: str | None
    root_cause: str
    missing_at: datetime | None
    cutoff_from: datetime | None
    link_method: str
    is_falsely_complete: bool
    is_refunded_before_inspection: bool
    is_payout_failed: bool
    is_applied_elsewhere: bool
    is_wrong_on_both_sides: bool
    is_over_returned: bool
    exposed_quantity: int
    failed_on_sale: int


def truth_of(flow: Flow, case: Case) -> Truth:
    """Return the truth of a named case."""
    due_at = _due_at(case)
    return Truth(
        case_name=case.name,
        order_name=case.order.name,
        kind=case.kind,
        defect=flow.defect,
        root_cause=_root_cause(case),
        missing_at=due_at + GRACE if due_at else None,
        cutoff_from=_cutoff_from(case),
        link_method=case.link_method or "unlinked",
        is_falsely_complete=_is_storefront_complete(case) and not _is_erp_complete(case),
        is_refunded_before_inspection=_is_paid_before_inspection(case),
        is_payout_failed="failure" in {payment["status"] for payment in _payments(case)},
        is_applied_elsewhere=case.is_applied_elsewhere,
        is_wrong_on_both_sides=case.is_wrong_on_both_sides,
        is_over_returned=case.is_over_returned,
        exposed_quantity=case.exposed_quantity,
        failed_on_sale=case.failed_on_sale,
    )


def _root_cause(case: Case) -> str:
    if case.is_refunded and case.is_credited:
        return case.root_cause
    if case.is_refunded:
        return "missing_credit_memo"
    return "missing_refund" if case.is_credited else "not_due"


def _due_at(case: Case) -> datetime | None:
    """Return when the document that a case lacks is due; None where it lacks none."""
    if case.is_refunded == case.is_credited:
        return None
    if case.is_credited:
        return _first(case.credits)
    refunded_at = _first(case.refunds)
    if case.kind == "refund_only":
        return refunded_at
    latest = refunded_at + CREDIT_DUE_AT_LATEST
    return min(max(case.inspected_at or latest, refunded_at), latest)


def _cutoff_from(case: Case) -> datetime | None:
    """Return from when the two sides stand in different periods, None for never."""
    if not (case.is_refunded or case.is_credited):
        return None
    refunded = f"{_first(case.refunds):%Y-%m}" if case.is_refunded else None
    credited = case.credits[0]["period"] if case.is_credited else None
    if refunded and credited:
        return None if refunded == credited else max(_first(case.refunds), _first(case.credits))
    started_on = datetime.fromisoformat(f"{refunded or credited}-01T00:00:00+00:00")
    return (started_on + timedelta(days=32)).replace(day=1)


def _is_storefront_complete(case: Case) -> bool:
    if case.kind != "return":
        return case.kind == "refund_only"
    return case.is_refunded or (case.returned or {})["status"] == "closed"


def _is_erp_complete(case: Case) -> bool:
    if case.kind == "refund_only":
        return case.is_credited
    credited = sum(line["quantity"] for block in case.credits for line in block["lines"])
    return bool(case.inspections) and credited >= sum(case.units.values())


def _is_paid_before_inspection(case: Case) -> bool:
    if case.kind != "return":
        return False
    paid = [payment["at"] for payment in _payments(case) if payment["status"] == "success"]
    done = case.inspected_at
    return bool(paid) and (done is None or min(paid) < done)


def _payments(case: Case) -> list[Block]:
    return [payment for block in case.refunds for payment in block.get("payments") or []]


def _first(blocks: list[Block]) -> datetime:
    first: datetime = min(block["at"] for block in blocks)
    return first
