"""Defects of amounts: both systems have their document, and the two do not say the same."""

from decimal import Decimal
from random import Random

from orchestration.sandbox.business.flow import Case, Flow
from orchestration.sandbox.business.money import amount
from orchestration.sandbox.business.sales import Reversal
from orchestration.sandbox.scenario_values import Block

# Well beyond what passes for rounding, whatever the number of units.
NOTICEABLE = 50
ZERO = Decimal(0)


def is_comparable(flow: Flow) -> bool:
    """Whether a return is done whose lines are worth something."""
    case = flow.struck
    return case.kind == "return" and case.is_done and _first_part(flow).total >= 20 * NOTICEABLE


def is_taxed(flow: Flow) -> bool:
    """Whether tax was credited that leaves room for another rate."""
    if not is_comparable(flow):
        return False
    taxes = _credited(flow.struck)["taxes"]
    return bool(taxes) and taxes[0]["amount"] >= amount(2 * NOTICEABLE)


def is_discounted(flow: Flow) -> bool:
    """Whether the first line was sold at a discount that is noticed."""
    return is_comparable(flow) and _first_part(flow).discount >= 2 * NOTICEABLE


def is_discounted_net(flow: Flow) -> bool:
    """Whether it was, at a price without tax: both systems then state the discount alike."""
    return is_discounted(flow) and not flow.struck.order.store.is_tax_included


def is_of_several(flow: Flow) -> bool:
    """Whether several units of the first line came back."""
    return is_comparable(flow) and next(iter(flow.struck.units.values())) > 1


def is_shipping_refunded(flow: Flow) -> bool:
    """Whether shipping was paid back."""
    return is_comparable(flow) and flow.struck.is_shipping_refunded


def is_with_fee(flow: Flow) -> bool:
    """Whether something was kept back."""
    return is_comparable(flow) and flow.struck.credits[0]["fee"] >= amount(NOTICEABLE)


def is_paid(flow: Flow) -> bool:
    """Whether the refund was paid in money."""
    return is_comparable(flow) and bool(flow.struck.refunds[0].get("payments"))


def offset(random: Random, flow: Flow) -> None:
    """Credit at a higher price and give the difference as a discount: zero, and still wrong."""
    line = _credited(flow.struck)
    more = amount(random.randrange(2 * NOTICEABLE, 10 * NOTICEABLE))
    line |= {"gross": line["gross"] + more, "discount": line["discount"] + more}
    flow.struck.root_cause = "offsetting"


def round_tax(random: Random, flow: Flow) -> None:
    """Compute the tax by another rule of rounding: a cent more or less."""
    tax = _credited(flow.struck)["taxes"][0]
    tax["amount"] += random.choice((amount(1), amount(-1)))
    flow.struck.root_cause = "rounding"


def credit_fewer(_: Random, flow: Flow) -> None:
    """Credit one unit less than came back."""
    case, line = flow.struck, _credited(flow.struck)
    line["quantity"] -= 1
    part = _line_reversal(case, line)
    line |= {
        "gross": amount(part.gross),
        "discount": amount(part.discount),
        "taxes": [{"code": code, "amount": amount(tax)} for code, tax in part.taxes.items()],
    }
    case.root_cause = "quantity"


def credit_at_other_price(random: Random, flow: Flow) -> None:
    """Credit at a price of another time."""
    line = _credited(flow.struck)
    difference = max(line["gross"] * random.choice((8, 12)) // 100, amount(NOTICEABLE))
    line["gross"] += random.choice((difference, -difference)).quantize(amount(1))
    flow.struck.root_cause = "unit_price"


def credit_at_list_price(_: Random, flow: Flow) -> None:
    """Leave the discount out of the credit, and tax what is then credited."""
    line = _credited(flow.struck)
    net = line["gross"] - line["discount"]
    for tax in line["taxes"]:
        tax["amount"] = (tax["amount"] * line["gross"] / net).quantize(amount(1))
    line["discount"] = ZERO
    flow.struck.root_cause = "discount_allocation"


def credit_with_other_code(_: Random, flow: Flow) -> None:
    """Credit with the code, and the rate, of another jurisdiction."""
    taxes = _credited(flow.struck)["taxes"]
    taxes[0] |= {"code": "OUT-OF-AREA", "amount": _other(taxes[0])}
    flow.struck.root_cause = "tax_code"


def credit_at_other_rate(_: Random, flow: Flow) -> None:
    """Credit under the same code, at a rate that is not the sale's."""
    taxes = _credited(flow.struck)["taxes"]
    taxes[0]["amount"] = _other(taxes[0])
    flow.struck.root_cause = "tax_rate"


def forget_shipping(_: Random, flow: Flow) -> None:
    """Leave shipping out of the credit."""
    del flow.struck.credits[0]["shipping"]
    flow.struck.root_cause = "shipping"


def forget_fee(_: Random, flow: Flow) -> None:
    """Leave the agreed fee out of the credit."""
    flow.struck.credits[0]["fee"] = ZERO
    flow.struck.root_cause = "fee"


def add_goodwill(random: Random, flow: Flow) -> None:
    """Add something for the trouble, of which the ERP never hears."""
    refund, more = flow.struck.refunds[0], amount(500 * random.randrange(1, 4))
    refund["adjustment"] = more
    _pay(refund, more)
    flow.struck.root_cause = "adjustment"


def reverse_at_list_price(_: Random, flow: Flow) -> None:
    """Pay the discount out on both sides: they agree, and neither reverses the sale."""
    case = flow.struck
    credited, refunded = _credited(case), case.refunds[0]["lines"][0]
    part = _first_part(flow)
    more = amount(part.discount)
    credited["discount"] = ZERO
    refunded["subtotal"] += more
    _pay(case.refunds[0], more)
    case.is_wrong_on_both_sides = True


def _other(tax: Block) -> Decimal:
    """Return a tax that is a quarter off."""
    less = (tax["amount"] / 4).quantize(amount(1))
    return Decimal(tax["amount"] - max(less, amount(NOTICEABLE)))


def _pay(refund: Block, more: Decimal) -> None:
    """Pay so much more, where anything was paid at all."""
    for payment in refund.get("payments") or []:
        payment["amount"] += more
        if "settled" in payment:
            payment["settled"]["amount"] += more


def _credited(case: Case) -> Block:
    line: Block = case.credits[0]["lines"][0]
    return line


def _first_part(flow: Flow) -> Reversal:
    return next(iter(flow.struck.reversals().values()))


def _line_reversal(case: Case, line: Block) -> Reversal:
    sold = case.order.lines[line["line"]]
    return sold.reversal(line["quantity"], taken=case.taken.get(line["line"], 0))
