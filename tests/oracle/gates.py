"""What may be done with each return, and what not, and why (definitions, section 8)."""

from dataclasses import dataclass

from tests.oracle.amounts import is_mismatched
from tests.oracle.causes import has_duplicate_credit, tolerance
from tests.oracle.exposure import acted, on_sale, put_back
from tests.oracle.stages import is_live, is_over

LIMITS = {"USD": 500, "CAD": 500, "AUD": 500, "EUR": 450, "GBP": 400, "JPY": 75000, "KWD": 150}
OTHER_LIMIT = 500
AGREED = ("none", "offsetting", "rounding")
SETTLED = ("done", "not_required")
LISTED = ("quarantine", "restock", "issue_refund")


@dataclass(frozen=True)
class Gate:
    """One decision; quantity and amount are None where they do not apply."""

    action: str
    sku: str | None
    quantity: int | None
    amount: int | None
    decision: str
    reasons: tuple = ()


def quarantines(exposures, inventory):
    """Return (case, gate) for every open exposure; rows of one sku and place share its stock."""
    left = dict(inventory)
    for row in sorted(exposures, key=lambda row: row.case.name):
        if row.opened == 0 or row.case.kind == "erp_only":
            continue
        place = (row.case.order.store, row.line.sku, row.location)
        ready = min(row.opened, max(0, left.get(place, row.opened)))
        if place in left:
            left[place] -= ready
        if ready:
            yield row.case, Gate("quarantine", row.line.sku, ready, None, "ready")
        if short := row.opened - ready:
            yield (
                row.case,
                Gate("quarantine", row.line.sku, short, None, "held", ("insufficient_available",)),
            )


def gates(case, stage, variance, *, limits):
    """Return the decisions on one return, quarantine excepted."""
    if case.kind != "return" or stage.current in ("declined", "cancelled"):
        return []
    found = []
    for line in case.order.lines.values():
        found += _restock(case, stage, line)
        found += _hold(case, stage, line)
        found += _write_off(case, stage, line)
    return [*found, _issue_refund(case, stage, variance, limits)]


def _restock(case, stage, line):
    ref, selling = line.ref, on_sale(case, line.ref)
    if (units := stage.passed[ref] - selling) > 0:
        yield Gate("restock", line.sku, units, None, "ready")
    coming = case.returned.units.get(ref, 0)
    if is_over(case):
        coming = min(coming, stage.received[ref])
    coming -= max(stage.passed[ref], selling) + stage.failed[ref]
    if coming > 0:
        yield Gate("restock", line.sku, coming, None, "held", (_why_not(case, stage, ref),))


def _why_not(case, stage, ref):
    if not is_live(case):
        return "unlinked"
    return "not_received" if stage.received[ref] < stage.due[ref] else "not_inspected"


def _units(case, kind, ref):
    return sum(units for _, units in acted(case, kind, ref))


def _hold(case, stage, line):
    back = sum(units for _, units, _ in put_back(case, line.ref))
    units = stage.received[line.ref] - back - _units(case, "hold_for_inspection", line.ref)
    if units > 0:
        is_held = not is_live(case)
        yield Gate(
            "hold_for_inspection",
            line.sku,
            units,
            None,
            "held" if is_held else "ready",
            ("unlinked",) if is_held else (),
        )


def _write_off(case, stage, line):
    """In quality control: held or quarantined, and neither restocked nor written off since."""
    ref, gone = line.ref, _units(case, "write_off", line.ref)
    there = _units(case, "hold_for_inspection", ref) + _units(case, "quarantine", ref)
    there -= _units(case, "restock", ref) + gone
    if (units := min(stage.failed[ref] - gone, there)) > 0:
        yield Gate("write_off", line.sku, units, None, "ready")


def _issue_refund(case, stage, variance, limits):
    amount = None
    if case.credits and variance["erp_amount"] is not None:
        amount = variance["erp_amount"] - case.returned.exchanged
    reasons = tuple(sorted(_reasons(case, stage, variance, amount=amount, limits=limits)))
    is_agreed = case.refunds and variance["root_cause"] in AGREED and stage.payout != "failed"
    is_nothing_left = (
        amount is not None
        and amount <= 0
        and stage.posting == "done"
        and not {"duplicate_credit_memo", "reversal_mismatch"} & set(reasons)
    )
    if is_agreed or is_nothing_left:
        return Gate("issue_refund", None, None, amount, "done")
    return Gate("issue_refund", None, None, amount, "held" if reasons else "ready", reasons)


def _reasons(case, stage, variance, *, amount, limits):
    is_refunded, both = bool(case.refunds), variance["sides"]
    limit = limits.get(case.order.currency)
    reversal = variance["reversal_variance_amount"]
    said = {
        "above_approval_limit": not is_refunded and amount is not None and amount > limit,
        "already_refunded": is_refunded and variance["root_cause"] not in AGREED,
        "credit_not_posted": stage.posting not in SETTLED,
        "currency_mismatch": is_mismatched(case),
        "duplicate_credit_memo": has_duplicate_credit(case, both),
        "not_inspected": stage.inspection not in SETTLED,
        "on_account": not is_refunded and not case.order.is_captured,
        "paid_by_erp": not is_refunded
        and any(part.credit.kind == "cash_refund" for part in case.credits),
        "payout_failed": stage.payout == "failed",
        "reversal_mismatch": reversal is not None and abs(reversal) > tolerance(both.units[1]),
        "unlinked": not is_live(case) and not case.credits,
    }
    return [reason for reason, applies in said.items() if applies]
