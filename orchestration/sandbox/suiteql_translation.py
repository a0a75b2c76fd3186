"""SuiteQL said in DuckDB's words."""

import re
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError
from sqlglot.transforms import eliminate_join_marks

from orchestration.sandbox.erp_account import Account
from orchestration.sandbox.erp_books import DISPLAYED, RECORDS

MAX_IN = 1000
FORMATS = {
    "YYYY": "%Y",
    "MM": "%m",
    "DD": "%d",
    "HH24": "%H",
    "MI": "%M",
    "SS": "%S",
}
FORMAT_PARTS = re.compile(rf'"([^"]*)"|({"|".join(FORMATS)})|([^A-Za-z"])')
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
def translated(text: str, account: Account) -> Statement:
    """Return a query in DuckDB's words; raises QueryRefusedError for what SuiteQL lacks."""
    statement = _parsed(text)
    _refuse_lacking(statement, account.lacks)
    for select in list(statement.find_all(exp.Select)):
        _limit_by_row_number(select)
    if any(column.args.get("join_mark") for column in statement.find_all(exp.Column)):
        statement = eliminate_join_marks(statement)
    rewritten = statement.transform(_rewritten)
    if account.hides:
        _hide_documents(rewritten, account.hides)
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
    for table in statement.find_all(exp.Table):
        if table.db or table.name.lower() not in RECORDS:
            name = table.name or table.sql("oracle")
            raise QueryRefusedError(f"Search error occurred: Record '{name}' was not found.")
    if any(len(chosen.expressions) > MAX_IN for chosen in statement.find_all(exp.In)):
        raise QueryRefusedError(f"Invalid search query. IN takes at most {MAX_IN} arguments.")
    return statement


def _refuse_lacking(statement: exp.Expr, lacks: frozenset[str]) -> None:
    """What a feature or the role leaves out is not there; the ERP names what it looked for."""
    records = {table.alias_or_name: table.name.lower() for table in statement.find_all(exp.Table)}
    for record in records.values():
        if record in lacks:
            raise QueryRefusedError(f"Search error occurred: Record '{record}' was not found.")
    for column in statement.find_all(exp.Column):
        named = [records[column.table]] if column.table in records else records.values()
        if any(f"{record}.{column.name.lower()}" in lacks for record in named):
            raise QueryRefusedError(
                f"Search error occurred: Unknown identifier '{column.name}'."
                f" Available identifiers are: {{{', '.join(sorted(records))}}}"
            )


def _hide_documents(statement: exp.Expr, hides: frozenset[str]) -> None:
    """A role that may not see a type of document is shown no row of it, and is not told."""
    hidden = ", ".join(f"'{kind}'" for kind in sorted(hides))
    of_them = f'select id from "transaction" where type in ({hidden})'  # noqa: S608 - ours
    visible = {
        "transaction": f"type not in ({hidden})",
        "transactionline": f"transaction not in ({of_them})",
    }
    for table in list(statement.find_all(exp.Table)):
        condition = visible.get(table.name.lower())
        if condition is not None:
            rows = sqlglot.parse_one(
                f'select * from "{table.name.lower()}" where {condition}',  # noqa: S608 - ours
                read="duckdb",
            )
            table.replace(exp.Subquery(this=rows, alias=exp.to_identifier(table.alias_or_name)))


def _rewritten(node: exp.Expr) -> exp.Expr:
    if isinstance(node, exp.ToChar | exp.TimeToStr):
        pattern = node.args.get("format")
        if pattern is None:
            return exp.cast(_inside(node), "text")
        return exp.Anonymous(this="strftime", expressions=[_inside(node), _pattern(pattern.name)])
    if isinstance(node, exp.StrToDate | exp.StrToTime):
        plain = exp.Literal.string(node.args["format"].name.replace('"', ""))
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
    if call.name.upper() == "DF" and isinstance(column, exp.Column) and column.name in DISPLAYED:
        return exp.Anonymous(this=f"display_{column.name}", expressions=[column])
    return exp.Anonymous(this=f"builtin_{call.name.lower()}", expressions=call.expressions)


def _session_time() -> exp.Expr:
    moment = exp.cast(exp.Literal.string(THE_TIME), "timestamptz")
    return exp.Anonymous(this="date_trunc", expressions=[exp.Literal.string("second"), moment])


def _limit_by_row_number(select: exp.Select) -> None:
    """ROWNUM counts rows before they are put in order: a condition on it is no limit."""
    where = select.args.get("where")
    for column in list(where.find_all(exp.Column)) if where else []:
        comparison = column.parent
        if column.name.upper() != "ROWNUM" or not isinstance(
            comparison, exp.LTE | exp.LT | exp.EQ
        ):
            continue
        if column.find_ancestor(exp.Select) is not select:
            continue
        column.replace(exp.Window(this=exp.RowNumber()))
        select.set("qualify", exp.Qualify(this=comparison.copy()))
        comparison.replace(exp.true())


def _pattern(oracle: str) -> exp.Expr:
    """Return a date format in DuckDB's letters, what stands in quotes as it is."""
    if "%" in oracle:  # in DuckDB's letters already: the reader knew the format
        return exp.Literal.string(oracle.replace('"', ""))
    parts = list(FORMAT_PARTS.finditer(oracle))
    if "".join(part[0] for part in parts) != oracle:
        raise QueryRefusedError("Search error occurred: date format not recognized")
    return exp.Literal.string(
        "".join((part[1] or "") + FORMATS.get(part[2], "") + (part[3] or "") for part in parts)
    )
