"""Amounts as a call carries them: decimals of a currency, never floats."""

from collections.abc import Mapping
from decimal import ROUND_HALF_UP, Decimal
from types import MappingProxyType
from typing import Any

# ISO 4217: the digits of a currency's minor unit, where they are not two.
MINOR_DIGITS: Mapping[str, int] = MappingProxyType(
    {
        **dict.fromkeys(("BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG"), 0),
        **dict.fromkeys(("RWF", "UGX", "UYI", "VND", "VUV", "XAF", "XOF", "XPF"), 0),
        **dict.fromkeys(("BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"), 3),
    }
)


def rounded(value: Decimal, currency: str) -> Decimal:
    """Round half away from zero to the currency's minor unit."""
    unit = Decimal(1).scaleb(-MINOR_DIGITS.get(currency, 2))
    return value.quantize(unit, ROUND_HALF_UP)


def paid(bag: Mapping[str, Any]) -> Decimal:
    """Return the customer's side of a storefront's pair of amounts."""
    return Decimal(str(bag["presentmentMoney"]["amount"]))


def in_shop(bag: Mapping[str, Any]) -> Decimal:
    """Return the shop's side of it."""
    return Decimal(str(bag["shopMoney"]["amount"]))
