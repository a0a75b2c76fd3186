"""What a list of the ERP's records is filtered by: `memo CONTAIN "x" AND id GREATER 5`."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from orchestration.sandbox.erp_account import Account
from orchestration.sandbox.erp_record_fields import BY_NAME, Field, Holds
from orchestration.sandbox.erp_transforms import RecordRefusedError

TOKEN = re.compile(r"""\s*(?:(\(|\))|("[^"]*"|\[[^\]]*\]|[^\s()"\[\]]+))""")
JOINTS = frozenset({"AND", "OR"})
DAY = "cast(? as date)"
# A day is its midnight in the account's own zone, which the session of its books is in.
CONDITIONS: dict[Holds, dict[str, str]] = {
    Holds.NUMBER: {
        "EQUAL": "{column} = ?",
        "GREATER": "{column} > ?",
        "GREATER_OR_EQUAL": "{column} >= ?",
        "LESS": "{column} < ?",
        "LESS_OR_EQUAL": "{column} <= ?",
    },
    Holds.TEXT: {
        "IS": "lower({column}) = lower(?)",
        "CONTAIN": "contains(lower({column}), lower(?))",
        "START_WITH": "starts_with(lower({column}), lower(?))",
        "END_WITH": "ends_with(lower({column}), lower(?))",
    },
    Holds.DAY: {
        "AFTER": f"{{column}} > {DAY}",
        "BEFORE": f"{{column}} < {DAY}",
        "ON": f"cast({{column}} as date) = {DAY}",
        "ON_OR_AFTER": f"{{column}} >= {DAY}",
        "ON_OR_BEFORE": f"cast({{column}} as date) <= {DAY}",
    },
}
CONDITIONS[Holds.INSTANT] = CONDITIONS[Holds.DAY]
CONDITIONS[Holds.REFERENCE] = {"EQUAL": "{column} = ?"}
UNARY = {"EMPTY": "{column} is null"}


@dataclass(frozen=True)
class Filter:
    """A condition of the books and the values of its placeholders."""

    condition: str
    values: Sequence[object]


def filter_of(text: str, *, account: Account) -> Filter:
    """
    Read a filter; dates stand in it as the account writes them.

    Raises RecordRefusedError for a field, an operator or a value that is none: one that were
    ignored would answer with everything.
    """
    tokens = [match[1] or match[2] for match in TOKEN.finditer(text)]
    conditions: list[str] = []
    values: list[object] = []
    place = 0
    while place < len(tokens):
        token = tokens[place]
        if token in {"(", ")"} or token in JOINTS:
            conditions.append(token.lower())
            place += 1
            continue
        taken, condition, said = _one(tokens[place : place + 3], account=account)
        conditions.append(condition)
        values += said
        place += taken
    return Filter(_checked(conditions), values)


def _one(tokens: Sequence[str], *, account: Account) -> tuple[int, str, list[object]]:
    """Read one comparison; returns how many words it took."""
    field = BY_NAME.get(tokens[0].lower())
    if field is None or field.column is None or len(tokens) < 2:
        raise _invalid(f"'{tokens[0]}' is no field that records are filtered by.")
    said = tokens[1].upper()
    operator = said.removesuffix("_NOT")
    before, after = ("not (", ")") if operator != said else ("", "")
    if operator in UNARY:
        return 2, before + UNARY[operator].format(column=field.column) + after, []
    if len(tokens) < 3:
        raise _invalid(f"'{said}' needs a value.")
    if operator in {"ANY_OF", "BETWEEN"}:
        among, values = _among(field, operator, tokens[2], account=account)
        return 3, before + among + after, values
    condition = CONDITIONS[field.holds].get(operator)
    if condition is None:
        raise _invalid(f"'{said}' is no operator for '{field.name}'.")
    value = _value(field, tokens[2].strip('"'), account=account)
    return 3, before + condition.format(column=field.column) + after, [value]


def _among(
    field: Field, operator: str, listed: str, *, account: Account
) -> tuple[str, list[object]]:
    parts = [part.strip(' "') for part in listed.strip("[]").split(",")]
    if field.holds not in {Holds.NUMBER, Holds.REFERENCE} or not listed.startswith("["):
        raise _invalid(f"'{operator}' needs a field of numbers and a list in brackets.")
    values = [_value(field, part, account=account) for part in parts]
    if operator == "ANY_OF":
        return f"{field.column} in ({', '.join('?' * len(values))})", values
    if len(values) != 2:
        raise _invalid("'BETWEEN' needs two values.")
    return f"{field.column} between ? and ?", values


def _value(field: Field, text: str, *, account: Account) -> object:
    try:
        if field.holds in {Holds.NUMBER, Holds.REFERENCE}:
            return float(text) if "." in text else int(text)
        if field.holds in {Holds.DAY, Holds.INSTANT}:
            return account.day(text)
    except ValueError as error:
        raise _invalid(_unread(field, text, account=account)) from error
    return text


def _unread(field: Field, text: str, *, account: Account) -> str:
    if field.holds in {Holds.NUMBER, Holds.REFERENCE}:
        return f"'{text}' is no number."
    return f"Parsing of '{text}' failed with date format '{account.date_format}'."


def _checked(conditions: Sequence[str]) -> str:
    """Return the condition; comparisons and joints have to take turns within brackets."""
    expects_comparison, depth = True, 0
    for condition in conditions:
        is_joint = condition in {"and", "or", ")"}
        if is_joint is expects_comparison:
            raise _invalid("The filter's parts do not fit together.")
        depth += {"(": 1, ")": -1}.get(condition, 0)
        expects_comparison = condition in {"and", "or", "("}
    if expects_comparison or depth:
        raise _invalid("The filter ends too early.")
    return " ".join(conditions)


def _invalid(detail: str) -> RecordRefusedError:
    return RecordRefusedError(f"Invalid search query. {detail}", "INVALID_PARAMETER")
