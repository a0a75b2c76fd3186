"""SuiteQL: what the ERP's query language accepts, run on the books, answered as the ERP answers."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import duckdb
import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError
from sqlglot.transforms import eliminate_join_marks

from orchestration.sandbox.erp_books import SESSION_ZONE, ErpBooks

MAX_PAGE = 1000
MAX_ROWS = 100_000
FORMATS = {
    "YYYY": "%Y",
    "MM": "%m",
    "DD": "%d",
    "HH24": "%H",
    "MI": "%M",
    "SS": "%S",
}


class QueryRefusedError(ValueError):
    """The ERP does not answer this query; the message is what it says."""

    def __init__(self, detail: str, *, code: str = "INVALID_PARAMETER") -> None:
        super().__init__(detail)
        self.detail, self.code = detail, code


@dataclass(frozen=True)
class Page:
    """Rows `offset` to `offset + limit` of an answer, as JSON writes them."""

    items: list[dict[str, Any]]
    total: int


def run(
    books: ErpBooks,
    text: str,
    parameters: Sequence[str],
    *,
    limit: int,
    offset: int,
    now: datetime,
) -> Page:
    """
    Answer one page of a query.

    Raises QueryRefusedError as the ERP would: bad syntax, what SuiteQL lacks, an unknown column.
    """
    if not 1 <= limit <= MAX_PAGE:
        raise QueryRefusedError(f"The limit must be between 1 and {MAX_PAGE}.")
    if offset % limit:
        raise QueryRefusedError("The offset must be divisible by the limit.")
    statement = _translated(text, now=now)
    marks = len(list(statement.find_all(exp.Placeholder)))
    if marks != len(parameters):
        raise QueryRefusedError(
            f"The query has {marks} placeholders and {len(parameters)} parameters."
        )
    sql = statement.sql(dialect="duckdb", identify=True, comments=False)
    try:
        names, rows = books.ask(sql, parameters)
    except duckdb.Error as error:
        raise QueryRefusedError(f"Search error occurred: {_short(error)}") from error
    if len(rows) > MAX_ROWS:
        raise QueryRefusedError(f"The query yields more than {MAX_ROWS} rows.")
    return Page([_item(names, row) for row in rows[offset : offset + limit]], len(rows))


def _translated(text: str, *, now: datetime) -> exp.Expression:
    try:
        parsed = sqlglot.parse(text, read="oracle")
    except SqlglotError as error:
        raise QueryRefusedError(f"Invalid search query. {_short(error)}") from error
    statement = parsed[0] if len(parsed) == 1 else None
    if not isinstance(statement, exp.Select | exp.SetOperation):
        raise QueryRefusedError("Invalid search query. Only one SELECT statement is supported.")
    if statement.find(exp.With) or statement.find(exp.Limit, exp.Fetch, exp.Offset):
        raise QueryRefusedError("Invalid search query. WITH, LIMIT and FETCH are not supported.")
    for select in list(statement.find_all(exp.Select)):
        _limit_by_row_number(select)
    if any(column.args.get("join_mark") for column in statement.find_all(exp.Column)):
        statement = eliminate_join_marks(statement)
    return statement.transform(lambda node: _rewritten(node, now))


def _rewritten(node: exp.Expression, now: datetime) -> exp.Expression:
    if isinstance(node, exp.ToChar):
        pattern = node.args.get("format")
        if pattern is None:
            return exp.cast(node.this, "text")
        return exp.Anonymous(this="strftime", expressions=[node.this, _pattern(pattern.name)])
    if isinstance(node, exp.StrToDate | exp.StrToTime):
        plain = node.args["format"].name.replace('"', "")
        return exp.Anonymous(this="strptime", expressions=[node.this, exp.Literal.string(plain)])
    if isinstance(node, exp.CurrentTimestamp | exp.CurrentDate):
        return _session_time(now)
    if isinstance(node, exp.Dot) and node.this.name.upper() == "BUILTIN":
        call = node.expression
        return exp.Anonymous(this=f"builtin_{call.name.lower()}", expressions=call.expressions)
    return node


def _session_time(now: datetime) -> exp.Expression:
    moment = exp.Anonymous(
        this="timezone",
        expressions=[
            exp.Literal.string(SESSION_ZONE),
            exp.cast(exp.Literal.string(now.isoformat()), "timestamptz"),
        ],
    )
    return exp.Anonymous(this="date_trunc", expressions=[exp.Literal.string("second"), moment])


def _limit_by_row_number(select: exp.Select) -> None:
    """ROWNUM counts rows before they are ordered; in the outermost place it is a limit."""
    where = select.args.get("where")
    for column in list(where.find_all(exp.Column)) if where else []:
        comparison = column.parent
        if column.name.upper() != "ROWNUM" or not isinstance(comparison, exp.LTE | exp.LT):
            continue
        size = int(comparison.expression.name) - isinstance(comparison, exp.LT)
        comparison.replace(exp.true())
        select.set("limit", exp.Limit(expression=exp.Literal.number(size)))


def _pattern(oracle: str) -> exp.Expression:
    plain = oracle.replace('"', "")
    for theirs, ours in FORMATS.items():
        plain = plain.replace(theirs, ours)
    return exp.Literal.string(plain)


def _item(names: list[str], row: tuple[Any, ...]) -> dict[str, Any]:
    found = {
        name: _text(value) for name, value in zip(names, row, strict=True) if value is not None
    }
    return {"links": [], **found}


def _text(value: Any) -> str:
    if isinstance(value, Decimal):
        return format(value.normalize(), "f")
    if isinstance(value, datetime | date):
        return f"{value.month}/{value.day}/{value.year}"
    if isinstance(value, bool):
        return "T" if value else "F"
    return str(value)


def _short(error: Exception) -> str:
    return str(error).splitlines()[0][:200]
