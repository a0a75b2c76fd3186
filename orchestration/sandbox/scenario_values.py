"""The values of scenario files: moments and exact amounts, and the error of what is neither."""

from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

Block = dict[str, Any]


class ScenarioError(ValueError):
    """A scenario file cannot be served as it is; the message names the place and the remedy."""


def instant(value: object) -> datetime:
    """Return a moment of a scenario file in UTC; a bare date is its midnight."""
    if isinstance(value, datetime):
        return value if value.tzinfo else value.replace(tzinfo=UTC)
    if isinstance(value, date):
        return datetime(value.year, value.month, value.day, tzinfo=UTC)
    try:
        moment = datetime.fromisoformat(str(value))
    except ValueError as error:
        raise ScenarioError(f"{value!r} is no date or time; write 2026-03-01T10:00:00Z") from error
    return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)


def stamp(value: object) -> str:
    """Return a moment as the wire writes it."""
    return instant(value).strftime("%Y-%m-%dT%H:%M:%SZ")


def amount(value: object) -> Decimal:
    """Return an exact amount; what is missing is zero."""
    try:
        return Decimal(str(value)) if value is not None else Decimal(0)
    except InvalidOperation as error:
        raise ScenarioError(f"{value!r} is no amount; write a number such as 24.00") from error


def listed(value: object) -> list[str]:
    """Return the refs that a field names: none, one or several."""
    if value is None:
        return []
    return [str(one) for one in value] if isinstance(value, list) else [str(value)]
