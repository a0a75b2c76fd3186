"""The original line's precise reversal (definitions, section 3)."""

from dataclasses import dataclass
from fractions import Fraction

from tests.oracle.money import rounded, share


@dataclass(frozen=True)
class Triple:
    """A line tax-exclusive before discount, its discount and its tax."""

    units: int
    gross: int
    discount: int
    tax: int

    @property
    def total(self):
        """What the line pays back."""
        return self.gross - self.discount + self.tax


@dataclass(frozen=True)
class Reversal:
    """E(q): the same triple for units k+1 .. k+q of a line, exactly."""

    total: int
    tax: int
    discount: int

    @property
    def gross(self):
        """E_g."""
        return self.total - self.tax + self.discount


def untaxed_part(line):
    """Return f: the part of a price of the line that is not tax."""
    net = line.quantity * line.price - line.discount
    if line.is_tax_included and net > 0:
        return 1 - Fraction(line.tax, net)
    return Fraction(1)


def reversal(line, taken, units):
    """Return E of so many units of a line, after the units taken by earlier cases."""
    of = line.quantity
    tax = sum(share(amount, taken, units, of=of) for amount in line.taxes.values())
    total = units * line.price - share(line.discount, taken, units, of=of)
    if not line.is_tax_included:
        total += tax
    untaxed_discount = rounded(line.discount * untaxed_part(line))
    return Reversal(total, tax, share(untaxed_discount, taken, units, of=of))


def refunded(line, taken, *, units, subtotal, tax):
    """Return a storefront refund line, added up over the case, as a triple."""
    total = subtotal + (0 if line.is_tax_included else tax)
    exact = reversal(line, taken, units)
    off = units * line.price - subtotal - share(line.discount, taken, units, of=line.quantity)
    discount = exact.discount + rounded(off * untaxed_part(line))
    return Triple(units, total - tax + discount, discount, tax)
