"""Why the sides of a case differ, and since when (definitions, section 5)."""

from datetime import UTC, datetime, timedelta

from tests.oracle.amounts import COMPONENTS, authorized_units, is_mismatched
from tests.oracle.money import whole_days

DAYS_UNTIL_DUE = timedelta(days=30)
TOLERANCE_CAP = 10
CAUSES = {"price": "unit_price", "discount": "discount_allocation"}
BUCKETS = ((1, "0-1"), (7, "2-7"), (30, "8-30"), (60, "31-60"), (90, "61-90"))


def tolerance(units):
    """Return one minor unit per unit, at least one, capped."""
    return min(max(units, 1), TOLERANCE_CAP)


def has_duplicate_credit(case, both):
    """Whether credited units exceed the RMA's, or without an RMA the order line's, on a line."""
    authorized = authorized_units(case)
    return any(
        t.units > (authorized[ref] if case.authorizations else both.lines[ref].quantity)
        for ref, t in both.erp.items()
    )


def has_duplicate_refund(case, both):
    """Whether refunded units exceed the return's, or without a return the line's, on a line."""
    return any(
        t.units > (case.returned.units.get(ref, 0) if case.returned else both.lines[ref].quantity)
        for ref, t in both.storefront.items()
    )


def first_refund(case):
    """Return when the first refund was made, or None."""
    return min((refund.at for refund in case.refunds), default=None)


def first_credit(case):
    """Return the first credit, or None."""
    return min((part.credit for part in case.credits), key=lambda c: c.at, default=None)


def due_at(case, stage, as_of):
    """Return since when the case should be settled on both sides; None before that."""
    refund_at, credit = first_refund(case), first_credit(case)
    if refund_at and credit:
        return max(refund_at, credit.at)
    if credit:
        return credit.at
    if refund_at is None:
        return None
    due = refund_at
    if stage.inspection != "not_required":
        latest = refund_at + DAYS_UNTIL_DUE
        due = min(max(refund_at, stage.inspected_at), latest) if stage.inspected_at else latest
    return due if due <= as_of else None


def root_cause(case, both, stage, *, parts, as_of, grace_days):
    """Return the first cause that fits."""
    if not case.refunds and not case.credits:
        return "not_due"
    if is_mismatched(case):
        return "currency_mismatch"
    if has_duplicate_credit(case, both):
        return "duplicate_credit_memo"
    if has_duplicate_refund(case, both):
        return "duplicate_refund"
    if not (case.refunds and case.credits):
        document = "credit_memo" if case.refunds else "refund"
        due = due_at(case, stage, as_of)
        is_awaited = due is None or whole_days(due, as_of) <= grace_days
        return f"{'awaiting' if is_awaited else 'missing'}_{document}"
    return _difference(both, parts)


def _difference(both, parts):
    variance, allowed = sum(parts.values()), tolerance(max(both.units))
    if variance == 0:
        return "offsetting" if any(abs(v) > allowed for v in parts.values()) else "none"
    rest = ("quantity", "shipping", "fee", "adjustment")
    if abs(variance) <= allowed and not any(parts[name] for name in rest):
        return "rounding"
    largest = max(COMPONENTS, key=lambda name: abs(parts[name]))
    if largest == "tax":
        return "tax_code" if both.codes != both.original_codes else "tax_rate"
    return CAUSES.get(largest, largest)


def is_cutoff(case, as_of):
    """Whether refund and credit fall in different periods, or one's period ended alone."""
    refund_at, credit = first_refund(case), first_credit(case)
    refund_period = refund_at.strftime("%Y-%m") if refund_at else None
    if refund_at and credit:
        return refund_period != credit.period
    period = refund_period or (credit.period if credit else None)
    if period is None:
        return False
    year, month = map(int, period.split("-"))
    return datetime(year + month // 12, month % 12 + 1, 1, tzinfo=UTC) <= as_of


def is_applied_elsewhere(case, facts):
    """Whether a credit is applied to another invoice than the original."""
    return case.order is not None and any(
        part.credit.applied_to in facts.invoices.keys() - facts.originals(part.credit)
        for part in case.credits
    )


def age_bucket(days):
    """Return the bucket of an age in days; None stays None."""
    if days is None:
        return None
    return next((name for limit, name in BUCKETS if days <= limit), "over 90")
