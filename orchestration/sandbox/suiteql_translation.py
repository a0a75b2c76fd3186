"""SuiteQL said in DuckDB's words."""

from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError
from sqlglot.transforms import eliminate_join_marks

from orchestration.sandbox.erp_books import SESSION_ZONE

MAX_IN = 1000
FORMATS = {
    "YYYY": "%Y",
    "MM": "%m",
    "DD": "%d",
    "HH24": "%H",
    "MI": "%M",
    "SS": "%S",
}
# Stands for the time of the request in a statement that is kept between requests.
THE_TIME = "<the time of the request>"


class QueryRefusedError(ValueError):
    """The ERP does not answer this query; the message is what it says."""

    def __init__(self, detail: str, *, code: str = "INVALID_PARAMETER") -> None:
        super().__init__(detail)
        self.detail, self.code = detail, code


@dataclass(frozen=True)
class Statement:
    """A query in DuckDB's words, good for any moment."""

    text: str
    placeholders: int

    def at(self, now: datetime) -> str:
        """Return the statement as it is asked now."""
        return self.text.replace(THE_TIME, now.isoformat())


@lru_cache(maxsize=512)
def translated(text: str) -> Statement:
    """Return a query in DuckDB's words; raises QueryRefusedError for what SuiteQL lacks."""
    statement = _parsed(text)
    for select in list(statement.find_all(exp.Select)):
        _limit_by_row_number(select)
    if any(column.args.get("join_mark") for column in statement.find_all(exp.Column)):
        statement = eliminate_join_marks(statement)
    rewritten = statement.transform(_rewritten)
    return Statement(
        rewritten.sql(dialect="duckdb", identify=True, comments=False),
        len(list(rewritten.find_all(exp.Placeholder))),
    )


def _parsed(text: str) -> exp.Expr:
    try:
        parsed = sqlglot.parse(text, read="oracle")
    except SqlglotError as error:
        first = str(error).splitlines()[0][:200]
        raise QueryRefusedError(f"Invalid search query. {first}") from error
    statement = parsed[0] if len(parsed) == 1 else None
    if not isinstance(statement, exp.Select | exp.SetOperation):
        raise QueryRefusedError("Invalid search query. Only one SELECT statement is supported.")
    if statement.find(exp.With) or statement.find(exp.Limit, exp.Fetch, exp.Offset):
        raise QueryRefusedError("Invalid search query. WITH, LIMIT and FETCH are not supported.")
    if any(len(chosen.expressions) > MAX_IN for chosen in statement.find_all(exp.In)):
        raise QueryRefusedError(f"Invalid search query. IN takes at most {MAX_IN} arguments.")
    return statement


def _rewritten(node: exp.Expr) -> exp.Expr:
    if isinstance(node, exp.ToChar | exp.TimeToStr):
        pattern = node.args.get("format")
        if pattern is None:
            return exp.cast(_inside(node), "text")
        return exp.Anonymous(this="strftime", expressions=[_inside(node), _pattern(pattern.name)])
    if isinstance(node, exp.StrToDate | exp.StrToTime):
        plain = _pattern(node.args["format"].name)
        return exp.Anonymous(this="strptime", expressions=[_inside(node), plain])
    if isinstance(node, exp.CurrentTimestamp | exp.CurrentDate):
        return _session_time()
    if isinstance(node, exp.Dot) and node.this.name.upper() == "BUILTIN":
        return _built_in(node.expression)
    return node


def _inside(node: exp.Expr) -> exp.Expr:
    """Return a function's argument rewritten: what replaces a node is not visited any more."""
    inner: exp.Expr = node.this
    return inner.transform(_rewritten)


def _built_in(call: exp.Expr) -> exp.Expr:
    column = call.expressions[0]
    if call.name.upper() == "CF" and isinstance(column, exp.Column) and column.name == "status":
        # The composite status that the interface shows: CustInvc:B.
        kind = exp.column("type", table=column.table or None)
        return exp.DPipe(
            this=exp.DPipe(this=kind, expression=exp.Literal.string(":")), expression=column
        )
    return exp.Anonymous(this=f"builtin_{call.name.lower()}", expressions=call.expressions)


def _session_time() -> exp.Expr:
    moment = exp.Anonymous(
        this="timezone",
        expressions=[
            exp.Literal.string(SESSION_ZONE),
            exp.cast(exp.Literal.string(THE_TIME), "timestamptz"),
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


def _pattern(oracle: str) -> exp.Expr:
    plain = oracle.replace('"', "")
    for theirs, ours in FORMATS.items():
        plain = plain.replace(theirs, ours)
    return exp.Literal.string(plain)
