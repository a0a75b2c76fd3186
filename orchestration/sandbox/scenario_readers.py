"""Readers of single values of a scenario file: each returns the value, or says what is wrong."""

import re
from collections.abc import Callable
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from orchestration.sandbox.scenario_values import ScenarioError, instant

Reader = Callable[[Any, str], Any]

STORE = re.compile(r"[a-z][a-z0-9_]*")
CURRENCY = re.compile(r"[A-Z]{3}")
PERIOD = re.compile(r"\d{4}-(0[1-9]|1[0-2])")


def anything(value: Any, _: str) -> Any:
    """Return a value that the sandbox does not read."""
    return value


def text(value: Any, place: str) -> str:
    """Return a name or a ref; a number is one too, what YAML takes for something else is not."""
    if isinstance(value, bool) or not isinstance(value, str | int) or value == "":
        raise ScenarioError(f"{place}: {value!r} is no text; write it in quotes")
    return str(value)


def texts(value: Any, place: str) -> list[str]:
    """Return one ref or several as a list."""
    return [text(one, place) for one in (value if isinstance(value, list) else [value])]


def store(value: Any, place: str) -> str:
    """Return a store's key, which becomes a part of its address and of its settings."""
    return _matching(STORE, value, place, remedy="lower-case letters, digits and _, like us")


def currency(value: Any, place: str) -> str:
    """Return an ISO 4217 code."""
    return _matching(CURRENCY, value, place, remedy="three capital letters, like USD")


def period(value: Any, place: str) -> str:
    """Return an accounting period."""
    return _matching(PERIOD, value, place, remedy='year and month, like "2026-03"')


def amount(value: Any, place: str) -> Decimal:
    """Return an exact amount, in major units."""
    try:
        found = Decimal(str(value))
    except InvalidOperation:
        found = Decimal("NaN")
    if isinstance(value, bool) or not found.is_finite():
        raise ScenarioError(f'{place}: {value!r} is no amount; write it like "12.50"')
    return found


def by_currency(value: Any, place: str) -> dict[str, Decimal]:
    """Return an amount for each currency."""
    if not isinstance(value, dict):
        raise ScenarioError(f"{place}: {value!r} is of no currency; write it like {{USD: 500}}")
    return {currency(code, place): amount(one, f"{place}.{code}") for code, one in value.items()}


def count(value: Any, place: str) -> int:
    """Return a number of units; zero is one."""
    found = integer(value, place)
    if found < 0:
        raise ScenarioError(f"{place}: {value!r} is less than zero; write a number of units")
    return found


def units(value: Any, place: str) -> int:
    """Return a number of units, one at least."""
    found = integer(value, place)
    if found < 1:
        raise ScenarioError(f"{place}: {value!r} units are none; write 1 or more, or leave it out")
    return found


def integer(value: Any, place: str) -> int:
    """Return a whole number."""
    if isinstance(value, bool) or not re.fullmatch(r"-?\d+", str(value)):
        raise ScenarioError(f"{place}: {value!r} is no whole number; write one, like 3")
    return int(value)


def flag(value: Any, place: str) -> bool:
    """Return yes or no."""
    if not isinstance(value, bool):
        raise ScenarioError(f"{place}: {value!r} is neither true nor false; write one of them")
    return value


def moment(value: Any, place: str) -> datetime:
    """Return a moment in UTC, quoted or not; without a time it is that day's midnight."""
    try:
        return instant(value)
    except ScenarioError as error:
        raise ScenarioError(f"{place}: {error}") from error


def one_of(*known: str) -> Reader:
    """Return a reader of a word out of a closed list."""

    def read(value: Any, place: str) -> str:
        if value not in known:
            raise ScenarioError(f"{place}: {value!r} is unknown; use one of {', '.join(known)}")
        return str(value)

    return read


def _matching(pattern: re.Pattern[str], value: Any, place: str, *, remedy: str) -> str:
    if not isinstance(value, str) or not pattern.fullmatch(value):
        raise ScenarioError(f"{place}: {value!r} cannot be read; write {remedy}")
    return value
