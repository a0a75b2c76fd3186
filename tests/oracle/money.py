"""Whole minor units, exact rounding, and instants."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction

DIGITS = {"JPY": 0, "KWD": 3}
SECOND = timedelta(seconds=1)


def digits(currency):
    """Return how many decimals an amount of a currency has (ISO 4217)."""
    return DIGITS.get(currency, 2)


def minor(value, currency):
    """Return an amount of a scenario file in whole minor units; what is missing is zero."""
    units = Decimal(str(value if value is not None else 0)).scaleb(digits(currency))
    if units != int(units):
        raise ValueError(f"{value} has more decimals than {currency}")
    return int(units)


def text(units, currency):
    """Return minor units as a scenario file writes them; None stays None."""
    if units is None:
        return None
    return f"{Decimal(units).scaleb(-digits(currency)):.{digits(currency)}f}"


def rounded(value):
    """Round a fraction half away from zero."""
    value = Fraction(value)
    whole = (2 * abs(value.numerator) + value.denominator) // (2 * value.denominator)
    return whole if value >= 0 else -whole


def share(whole, taken, units, *, of):
    """Return what units taken+1 .. taken+units of a line bear of an amount of the whole line."""
    return rounded(Fraction(whole * (taken + units), of)) - rounded(Fraction(whole * taken, of))


def instant(value):
    """Return a moment of a scenario file in UTC; a bare date is its midnight; None stays None."""
    if value is None:
        return None
    if isinstance(value, date) and not isinstance(value, datetime):
        return datetime(value.year, value.month, value.day, tzinfo=UTC)
    moment = value if isinstance(value, datetime) else datetime.fromisoformat(str(value))
    return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)


def stamp(moment):
    """Return a moment as a scenario file writes it; None stays None."""
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ") if moment else None


def whole_days(start, end):
    """Return the days from start to end, rounded down."""
    return (end - start) // timedelta(days=1)
