"""The amounts of a case and their components (definitions, sections 4 and 5)."""

from collections import Counter
from dataclasses import dataclass, field

from tests.oracle.links import meet_authorized
from tests.oracle.reversal import Triple, refunded, reversal

REPORTING_GATEWAYS = frozenset({"shopify_payments"})
COMPONENTS = ("quantity", "price", "discount", "tax", "shipping", "fee", "adjustment")


@dataclass
class Sides:
    """Both sides of a case, line by line and beyond the lines."""

    storefront: dict
    erp: dict
    codes: set
    original_codes: set
    shipping: tuple
    fee: tuple
    adjustment: tuple
    lines: dict = field(default_factory=dict)

    @property
    def units(self):
        """Refunded and credited units."""
        return tuple(sum(t.units for t in side.values()) for side in (self.storefront, self.erp))


def by_line(events, attribute="quantity"):
    """Add the units of events up by line; what no line can claim has no units."""
    units = Counter()
    for event in events:
        if event.line is not None:
            units[event.line] += getattr(event, attribute)
    return units


def authorized_units(case):
    """Return the RMAs' units by line; what no line can claim has none."""
    units = Counter()
    for rma in case.authorizations:
        for ref, quantity in rma.units.items():
            line = meet_authorized(case.order, rma, ref)
            if line:
                units[line.ref] += quantity
    return units


def sides(case):
    """Bring both sides' lines to the same triples."""
    storefront, erp, codes, adjusted = {}, {}, set(), 0
    for ref in case.refunded_units:
        found = [line for refund in case.refunds for line in refund.lines if line.line == ref]
        storefront[ref] = refunded(
            case.order.lines[ref],
            case.taken.get(ref, 0),
            units=sum(line.quantity for line in found),
            subtotal=sum(line.subtotal for line in found),
            tax=sum(line.tax for line in found),
        )
    for part in case.credits:
        adjusted += part.other
        for line, said in part.lines:
            triple = Triple(said.quantity, said.gross, said.discount, sum(said.taxes.values()))
            if line is None:
                adjusted += triple.total
                continue
            before = erp.get(line.ref, Triple(0, 0, 0, 0))
            erp[line.ref] = Triple(*(a + b for a, b in zip(_of(before), _of(triple), strict=True)))
            codes |= set(said.taxes)
    lines = case.order.lines if case.order else {}
    fees = case.returned.fees if case.returned and case.refunds else 0
    return Sides(
        storefront,
        erp,
        codes,
        {code for ref in erp for code in lines[ref].taxes},
        (sum(r.shipping for r in case.refunds), sum(p.shipping for p in case.credits)),
        (fees, sum(p.fee for p in case.credits)),
        (sum(r.adjustment for r in case.refunds), adjusted),
        lines,
    )


def _of(triple):
    return triple.units, triple.gross, triple.discount, triple.tax


def components(case, both):
    """Return the seven components of a case."""
    total = dict.fromkeys(COMPONENTS, 0)
    nothing = Triple(0, 0, 0, 0)
    for ref in both.storefront.keys() | both.erp.keys():
        s, e = both.storefront.get(ref, nothing), both.erp.get(ref, nothing)
        k = case.taken.get(ref, 0)
        exact_s = reversal(both.lines[ref], k, s.units)
        exact_e = reversal(both.lines[ref], k, e.units)
        total["quantity"] += exact_s.total - exact_e.total
        total["price"] += (s.gross - exact_s.gross) - (e.gross - exact_e.gross)
        total["discount"] += (e.discount - exact_e.discount) - (s.discount - exact_s.discount)
        total["tax"] += (s.tax - exact_s.tax) - (e.tax - exact_e.tax)
    total["shipping"] = both.shipping[0] - both.shipping[1]
    total["fee"] = both.fee[1] - both.fee[0]
    total["adjustment"] = both.adjustment[0] - both.adjustment[1]
    return total


def side_amount(both, position):
    """Return storefront_amount (0) or erp_amount (1)."""
    lines = (both.storefront, both.erp)[position]
    return (
        sum(triple.total for triple in lines.values())
        + both.shipping[position]
        - both.fee[position]
        + both.adjustment[position]
    )


def is_mismatched(case):
    """Whether an ERP document of the case is in a currency that the order does not have."""
    documents = [*case.authorizations, *(part.credit for part in case.credits)]
    return case.order is not None and any(d.currency != case.order.currency for d in documents)


def expected_amount(case, both):
    """Return what a precise reversal of the case pays back; shipping at most what is left."""
    total = sum(
        reversal(case.order.lines[ref], case.taken.get(ref, 0), units).total
        for ref, units in _expected_units(case, both).items()
    )
    fees = case.returned.fees if case.returned else 0
    return total + expected_shipping(case, both) - fees


def expected_shipping(case, both):
    """Return the shipping the case takes, tax included."""
    if case.refunds:
        return min(both.shipping[0], case.shipping_left)
    return 0 if is_mismatched(case) else min(both.shipping[1], case.shipping_left)


def _expected_units(case, both):
    if case.order is None:
        return {}
    authorized = authorized_units(case)
    requested = case.returned.units if case.returned else {}
    if case.authorizations:
        limit = authorized
    elif case.returned:
        limit = requested
    else:
        limit = {ref: line.quantity for ref, line in case.order.lines.items()}
    credited = {ref: min(t.units, limit.get(ref, 0)) for ref, t in both.erp.items()}
    received = {
        ref: min(units, limit.get(ref, 0)) for ref, units in by_line(case.receipts).items()
    }
    for units in (credited, received, authorized, requested, case.refunded_units):
        if sum(units.values()) > 0:
            return units
    return {}


def paid(case):
    """Return successful refund transactions."""
    return [p for refund in case.refunds for p in refund.payments if p.status == "success"]


def settled_amount(case):
    """Return what the processor took so far; None where no gateway reports it."""
    tracked = [p for p in paid(case) if p.gateway in REPORTING_GATEWAYS]
    return sum(p.settled or 0 for p in tracked) if tracked else None
