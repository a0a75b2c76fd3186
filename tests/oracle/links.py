"""Cases, and which ERP documents belong to each (definitions, section 2)."""

from collections import Counter
from dataclasses import dataclass, field, replace

from tests.oracle.money import rounded
from tests.oracle.records import Credit, Order, Return
from tests.oracle.reversal import reversal, untaxed_part

REFUSED = ("declined", "cancelled")


@dataclass(eq=False)
class Case:
    """One row of the marts in the making: its facts from both sides."""

    kind: str
    name: str
    order: Order | None
    returned: Return | None = None
    link_method: str = "unlinked"
    refunds: list = field(default_factory=list)
    authorizations: list = field(default_factory=list)
    receipts: list = field(default_factory=list)
    inspections: list = field(default_factory=list)
    credits: list = field(default_factory=list)
    dispositions: list = field(default_factory=list)
    actions: list = field(default_factory=list)
    taken: dict = field(default_factory=dict)
    shipping_left: int = 0

    @property
    def is_refused(self):
        """Whether the return was declined or cancelled."""
        return self.returned is not None and self.returned.status in REFUSED

    @property
    def refunded_units(self):
        """Units by line, the refund lines of one line added up."""
        units = Counter()
        for refund in self.refunds:
            for line in refund.lines:
                units[line.line] += line.quantity
        return units


@dataclass(frozen=True)
class Part:
    """A credit, or what one RMA has of it; each line with the order line it met, or None."""

    credit: Credit
    lines: tuple
    shipping: int
    fee: int
    other: int


def cases_of(facts):
    """Return every case of a file, its documents linked, or marked as not to be guessed."""
    cases = [*_returns(facts), *_refunds_alone(facts)]
    owners = _authorized(facts, cases)
    for case in {id(case): case for case in owners.values()}.values():
        if case not in cases:
            cases.append(case)
    for receipt in facts.receipts:
        _receive(facts, owners[receipt.owner].receipts, receipt)
    for inspection in facts.inspections:
        _receive(facts, owners[inspection.owner].inspections, inspection)
    for credit in sorted(facts.credits, key=lambda credit: (credit.at, credit.number)):
        _credit(facts, credit, cases, owners)
    return cases


def _returns(facts):
    for block in facts.returns.values():
        yield Case(
            "return",
            block.name,
            facts.orders[block.order],
            block,
            refunds=[refund for refund in facts.refunds if refund.returned == block.ref],
            dispositions=[d for d in facts.dispositions if d.owner == block.ref],
            actions=[a for a in facts.actions if a.owner == block.ref],
        )


def _refunds_alone(facts):
    numbers = Counter()
    for refund in sorted(facts.refunds, key=lambda refund: refund.at):
        if refund.returned is None:
            numbers[refund.order] += 1
            order = facts.orders[refund.order]
            name = f"{order.name}/refund-{numbers[refund.order]}"
            yield Case("refund_only", name, order, refunds=[refund])


def _skus(order, units):
    """An amount on a line, without units, is no unit of it."""
    counted = {line: quantity for line, quantity in units.items() if order and quantity}
    return Counter((order.lines[line].sku, quantity) for line, quantity in counted.items())


def _authorized(facts, cases):
    """Give every RMA its case, and return them by the RMA's ref."""
    owners = {}
    returns = [case for case in cases if case.kind == "return"]
    for rma in facts.authorizations.values():
        for case in returns:
            if case.returned.ref == rma.returned:
                owners[rma.ref] = case
                case.link_method = "explicit"
    linked = {id(case) for case in owners.values()}
    open_returns = [c for c in returns if id(c) not in linked and not c.is_refused]
    unlinked = [rma for rma in facts.authorizations.values() if rma.ref not in owners]
    fitting = [rma for rma in unlinked if rma.status != "cancelled"]
    for rma in unlinked:
        owners[rma.ref] = _matched(facts, rma, fitting=fitting, returns=open_returns)
    for ref, case in owners.items():
        case.authorizations.append(facts.authorizations[ref])
    return owners


def _matched(facts, rma, *, fitting, returns):
    order = facts.orders.get(rma.order)
    own = Case("erp_only", rma.number, order)
    if rma not in fitting or order is None:
        return own
    key = _skus(order, rma.units)
    found = [c for c in returns if c.order is order and _skus(order, c.returned.units) == key]
    rivals = [r for r in fitting if r.order == rma.order and _skus(order, r.units) == key]
    if not found:
        return own
    if len(found) == len(rivals) == 1:
        found[0].link_method = "order_lines"
        return found[0]
    for case in [own, *found]:
        case.link_method = "ambiguous"
    return own


def meet(order, ref, *, is_linked, gross=None, quantity=1):
    """Return the order line an ERP line meets: by its links, else sku, else sku and unit price."""
    if order is None or is_linked:
        return order and order.lines.get(ref)
    named = order.lines.get(ref)
    alike = [line for line in order.lines.values() if named and line.sku == named.sku]
    if len(alike) > 1 and gross is not None:
        alike = [line for line in alike if gross in _untaxed_prices(line, quantity)]
    return alike[0] if len(alike) == 1 else None


def _untaxed_prices(line, units):
    """Return what so many units of a line cost without tax, by the unit and all at once."""
    part = untaxed_part(line)
    return units * rounded(line.price * part), rounded(units * line.price * part)


def meet_authorized(order, rma, ref):
    """Return the order line an RMA's line meets; its gross is that of a precise reversal."""
    if order is None or ref not in order.lines:
        return None
    units = rma.units[ref]
    gross = reversal(order.lines[ref], 0, units).gross
    return meet(order, ref, is_linked=rma.source is not None, gross=gross, quantity=units)


def is_linked(rma, ref):
    """Whether a line made from an RMA leads by line links down to the sales order's line."""
    return rma.source is not None and ref in rma.units


def _receive(facts, events, event):
    rma = facts.authorizations[event.owner]
    order = facts.orders.get(rma.order)
    if event.line in rma.units:  # a receipt has no price: it is what the RMA's line is
        line = meet_authorized(order, rma, event.line)
    else:
        line = meet(order, event.line, is_linked=False)
    events.append(replace(event, line=line.ref if line else None))


def _credit(facts, credit, cases, owners):
    made_from = [ref for ref in credit.sources if ref in owners]
    if made_from:
        _split(facts, credit, made_from, owners)
        return
    lines = tuple(
        (meet(facts.orders.get(credit.order), line.ref, is_linked=True), line)
        for line in credit.lines
    )
    part = Part(credit, lines, credit.shipping, credit.fee, credit.other)
    own = Case("erp_only", credit.number, facts.orders.get(credit.order), credits=[part])
    found = _fitting(own.order, lines, cases) if credit.order else []
    if len(found) == 1:
        found[0].credits.append(part)
        found[0].link_method = "order_lines"
        return
    for case in found:
        own.link_method = case.link_method = "ambiguous"
    cases.append(own)


def _fitting(order, lines, cases):
    units = Counter()
    for line, said in lines:
        if line:
            units[line.ref] += said.quantity
    key = _skus(order, units)
    return [
        case
        for case in cases
        if case.kind != "erp_only"
        and case.order is order
        and not case.credits
        and not case.authorizations
        and not case.is_refused
        and _skus(order, case.returned.units if case.returned else case.refunded_units) == key
    ]


def _split(facts, credit, made_from, owners):
    """Give each RMA its lines of the credit; what is no line stays with the first."""
    rmas = [facts.authorizations[ref] for ref in made_from]
    lines = {rma.ref: [] for rma in rmas}
    for said in credit.lines:
        rma = next((rma for rma in rmas if said.ref in rma.units), rmas[0])
        line = meet(
            facts.orders.get(rma.order),
            said.ref,
            is_linked=is_linked(rma, said.ref),
            gross=said.gross,
            quantity=said.quantity,
        )
        lines[rma.ref].append((line, said))
    for position, rma in enumerate(rmas):
        extras = (credit.shipping, credit.fee, credit.other) if position == 0 else (0, 0, 0)
        if lines[rma.ref] or any(extras) or len(rmas) == 1:
            owners[rma.ref].credits.append(Part(credit, tuple(lines[rma.ref]), *extras))
