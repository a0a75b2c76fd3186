"""Amounts as people read them: the currency's own decimals, its code, never a float."""

import re
from decimal import ROUND_HALF_UP, Decimal

# ISO 4217; every other currency has two.
NONE = (
    *("BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG"),
    *("RWF", "UGX", "UYI", "VND", "VUV", "XAF", "XOF", "XPF"),
)
THREE = ("BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND")
DECIMALS = dict.fromkeys(NONE, 0) | dict.fromkeys(THREE, 3)
CODE = re.compile(r"[A-Z]{3}")


def decimals(currency: str | None) -> int:
    """Return how many decimals the currency's minor unit has."""
    return DECIMALS.get(currency or "", 2)


def rounded(amount: Decimal, digits: int) -> Decimal:
    """Return the amount with exactly this many decimals, halves away from zero."""
    return amount.quantize(Decimal(1).scaleb(-digits), rounding=ROUND_HALF_UP)


def spoken_amount(amount: object, currency: object) -> str:
    """
    Return `USD 1,234.50`, which no line break parts; what is unknown is said to be.

    A code that is no currency's is left out: it came from outside and may be anything.
    """
    if not isinstance(amount, Decimal | int):
        return "unknown"
    code = str(currency) if CODE.fullmatch(str(currency)) else ""
    figure = f"{rounded(Decimal(amount), decimals(code)):,}"
    return f"{code}\N{NO-BREAK SPACE}{figure}".strip()
