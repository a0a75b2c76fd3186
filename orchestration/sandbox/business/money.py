"""Whole minor units of a currency with two decimals, and how an amount of them is shared out."""

from collections.abc import Sequence
from decimal import Decimal

HUNDREDTHS = Decimal("0.01")


def rounded(numerator: int, denominator: int) -> int:
    """Divide and round half away from zero; the denominator is positive."""
    sign = -1 if numerator < 0 else 1
    return sign * ((2 * abs(numerator) + denominator) // (2 * denominator))


def of_rate(value: int, rate: str) -> int:
    """Return a rate such as 0.0725 of an amount, to the minor unit."""
    numerator, denominator = Decimal(rate).as_integer_ratio()
    return rounded(value * numerator, denominator)


def share(value: int, *, taken: int, units: int, of: int) -> int:
    """Return the part of a line's amount for `units` of its `of`, after `taken` others."""
    return rounded(value * (taken + units), of) - rounded(value * taken, of)


def spread(value: int, weights: Sequence[int]) -> list[int]:
    """Share an amount in proportion to weights, to the unit, by cumulative rounding."""
    whole, run, parts = sum(weights), 0, []
    for weight in weights:
        parts.append(rounded(value * (run + weight), whole) - rounded(value * run, whole))
        run += weight
    return parts


def amount(minor: int) -> Decimal:
    """Return whole minor units as an amount."""
    return minor * HUNDREDTHS
