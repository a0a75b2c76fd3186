"""
How much one row, one run and one day may move without a person saying so.

The figures are a table, `limits.csv`. Putting on sale is what this product guards, so it gets the
least room; holding is the safe side. A single refund is limited by the gate's own approval limit
of its currency; a run of messages by what a person can still look through.
"""

import csv
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from io import StringIO
from pathlib import Path
from types import MappingProxyType

LIMITS_FILE = Path(__file__).with_name("limits.csv")
COLUMNS = ("action", "currency", "measure", "per_row", "per_run", "per_day")
BOUNDS = COLUMNS[3:]
CURRENCY = re.compile(r"[A-Z]{3}")
UNBOUNDED = 1_000_000


class LimitsError(ValueError):
    """The table of limits cannot be right; the message names each line with its remedy."""


class Measure(StrEnum):
    """What a limit counts."""

    UNITS = "units"
    ROWS = "rows"
    AMOUNT = "amount"


@dataclass(frozen=True)
class Limits:
    """
    A row above `per_row` waits for an approval, what is above `per_run` for the next run.

    What is above `per_day` (UTC) waits for the next day. Amounts are of whatever currency is not
    in `by_currency`, which has limits of its own.
    """

    per_row: int
    per_run: int
    per_day: int = UNBOUNDED
    measure: Measure = Measure.UNITS
    by_currency: Mapping[str, "Limits"] = field(default_factory=dict)

    def of(self, currency: str | None) -> "Limits":
        """Return the limits of an amount's currency; units and rows know none."""
        return self.by_currency.get(currency or "", self)


def read_limits(file: Path = LIMITS_FILE) -> Mapping[str, Limits]:
    """Return the limits by action. Raises LimitsError where the table cannot be right."""
    try:
        text = file.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise LimitsError(f"{file} cannot be read: check its path and rights") from error
    return parse_limits(text, actions=_shipped_actions(), name=file.name)


def parse_limits(text: str, *, actions: Iterable[str], name: str) -> Mapping[str, Limits]:
    """Return the limits that a table says, one line an action and, for money, a currency."""
    reader = csv.DictReader(StringIO(text))
    if tuple(reader.fieldnames or ()) != COLUMNS:
        raise LimitsError(f"{name}: its first line is not {','.join(COLUMNS)}")
    known, problems = set(actions), []
    found: dict[tuple[str, str], Limits] = {}
    for number, row in enumerate(reader, start=2):
        key = (row["action"] or "", row["currency"] or "")
        said = [*_problems(row, actions=known)]
        if key in found:
            said.append(f"{' '.join(filter(None, key))} has a line above already; keep one")
        problems += [f"{name}, line {number}: {what}" for what in said]
        if not said:
            row_most, run_most, day_most = (int(row[bound]) for bound in BOUNDS)
            found[key] = Limits(row_most, run_most, day_most, Measure(row["measure"]))
    if not problems:
        problems = [f"{name}: {what}" for what in _gaps(found, actions=known)]
    if problems:
        raise LimitsError("\n".join(problems))
    return MappingProxyType({action: _of_action(found, action) for action in sorted(known)})


def _shipped_actions() -> set[str]:
    with LIMITS_FILE.open(encoding="utf-8") as file:
        return {row["action"] for row in csv.DictReader(file)}


def _problems(row: Mapping[str, str | None], *, actions: set[str]) -> Iterator[str]:
    if row["action"] not in actions:
        yield f"{row['action']!r} is no action; those are {', '.join(sorted(actions))}"
    if row["measure"] not in {*Measure}:
        yield f"{row['measure']!r} is no measure: rows, units or amount"
    elif row["currency"] and row["measure"] != Measure.AMOUNT:
        yield f"{row['measure']} have no currency; leave it empty"
    if row["currency"] and not CURRENCY.fullmatch(row["currency"]):
        yield f"{row['currency']!r} is no currency such as JPY"
    values = [str(row[bound] or "") for bound in BOUNDS]
    if not all(value.isascii() and value.isdigit() for value in values):
        yield f"{', '.join(BOUNDS)} are whole numbers, zero or more, not {','.join(values)}"
    elif [int(value) for value in values] != sorted(int(value) for value in values):
        yield "per_row is more than per_run, or per_run more than per_day"


def _gaps(found: Mapping[tuple[str, str], Limits], *, actions: set[str]) -> Iterator[str]:
    for action in sorted(actions):
        if (action, "") not in found:
            yield f"{action} has no line with an empty currency; without it nothing is sent"
        if len({limits.measure for (own, _), limits in found.items() if own == action}) > 1:
            yield f"{action} is measured in two ways; use one"


def _of_action(found: Mapping[tuple[str, str], Limits], action: str) -> Limits:
    by_currency = {
        currency: limits for (own, currency), limits in found.items() if own == action and currency
    }
    return replace(found[action, ""], by_currency=MappingProxyType(by_currency))
