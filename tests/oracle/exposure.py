"""Units on sale that nobody has passed, over time (definitions, section 7)."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction

from tests.oracle.money import SECOND, rounded
from tests.oracle.reversal import untaxed_part


@dataclass(frozen=True)
class Exposure:
    """What one line of one case exposed; amounts in minor units, hours as hundredths."""

    case: object
    line: object
    location: str
    peak: int
    opened: int
    hundredths: int
    peak_amount: int
    open_amount: int
    sold: int
    failed: int
    first_at: datetime
    last_at: datetime | None


def put_back(case, ref):
    """Return R: (when, units, where) for every time the storefront put units back on sale."""
    disposed = [d for d in case.dispositions if d.line == ref]
    if disposed:
        return [(d.at, d.quantity, d.location) for d in disposed if d.kind == "restocked"]
    return [
        (refund.at, line.quantity, line.location)
        for refund in case.refunds
        for line in refund.lines
        if line.line == ref and line.is_restocked
    ]


def acted(case, kind, ref):
    """Return (when, units) of our confirmed actions of a kind on a line."""
    return [(a.at, a.quantity) for a in case.actions if (a.kind, a.line) == (kind, ref)]


def on_sale(case, ref):
    """Return R + S - Z of a line now."""
    back = sum(units for _, units, _ in put_back(case, ref))
    released = sum(units for _, units in acted(case, "restock", ref))
    return back + released - sum(units for _, units in acted(case, "quarantine", ref))


def restocked_quantity(case):
    """Return R + S - Z over all lines."""
    return sum(on_sale(case, ref) for ref in case.order.lines) if case.order else 0


def exposures(case, stage, *, orders, as_of):
    """Return a row for every line of the case that was ever exposed."""
    if case.kind == "erp_only":
        return []
    rows = (
        _exposure(case, stage, line, orders=orders, as_of=as_of)
        for line in case.order.lines.values()
    )
    return [row for row in rows if row]


def steps(case, ref):
    """Return [(when, exposure from then on)] in order of time."""
    changes = Counter()
    for at, units, _ in put_back(case, ref):
        changes[at] += units
    for at, units in acted(case, "restock", ref):
        changes[at] += units
    for at, units in acted(case, "quarantine", ref):
        changes[at] -= units
    for inspection in case.inspections:
        if inspection.line == ref:
            changes[inspection.at] -= inspection.quantity
    level, found = 0, []
    for at in sorted(changes):
        level += changes[at]
        found.append((at, max(0, level)))
    return found


def _exposure(case, stage, line, *, orders, as_of):
    levels = steps(case, line.ref)
    peak = max((level for _, level in levels), default=0)
    if peak == 0:
        return None
    opened = levels[-1][1]
    ends = [at for at, _ in levels[1:]] + [as_of]
    spans = [(at, end, n) for (at, n), end in zip(levels, ends, strict=True)]
    hours = sum(Fraction((end - at) // SECOND * level, 3600) for at, end, level in spans)
    net = (line.quantity * line.price - line.discount) * untaxed_part(line)
    looked_at = stage.passed[line.ref] + stage.failed[line.ref]
    is_looked_at = looked_at >= stage.due[line.ref]
    exposed = [(at, end) for at, end, level in spans if level]
    return Exposure(
        case,
        line,
        _place(case, line.ref),
        peak,
        opened,
        rounded(hours * 100),
        rounded(net * peak / line.quantity),
        rounded(net * opened / line.quantity),
        _sold(case, line, exposed, orders),
        min(stage.failed[line.ref], opened) if is_looked_at else 0,
        exposed[0][0],
        None if opened else exposed[-1][1],
    )


def _place(case, ref):
    """Return where units were first put back: by the storefront, else by us."""
    back = sorted(put_back(case, ref), key=lambda put: put[0])
    ours = sorted((a.at, a.location) for a in case.actions if (a.kind, a.line) == ("restock", ref))
    return back[0][2] if back else ours[0][1]


def _sold(case, line, exposed, orders):
    return sum(
        other.quantity
        for order in orders
        for other in order.lines.values()
        if order.store == case.order.store
        and other.sku == line.sku
        and any(start <= order.placed_at < end for start, end in exposed)
    )
