"""What SuiteQL takes: a text held against the facts of its tables and the rules of its dialect."""

from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import sqlglot
import yaml
from sqlglot import exp
from sqlglot.errors import SqlglotError
from sqlglot.optimizer.scope import Scope, traverse_scope

FACTS = yaml.safe_load(Path(__file__).with_name("suiteql_facts.yml").read_text(encoding="utf-8"))
CUSTOM = FACTS["custom_records"]
LARGEST_IN = 1000
# Oracle knows it without any table.
ROW_NUMBER = "rownum"


def problems(text: str) -> list[str]:
    """Return everything in a text that the ERP would refuse or answer otherwise than meant."""
    try:
        statements = sqlglot.parse(text, read="oracle")
    except SqlglotError as error:
        return [f"cannot be read: {str(error).splitlines()[0]}"]
    if len(statements) != 1 or not isinstance(statements[0], exp.Select | exp.SetOperation):
        return ["is not one SELECT"]
    (statement,) = statements
    return [
        *_dialect(statement, text),
        *_dates(statement),
        *_codes(statement),
        *(said for scope in traverse_scope(statement) for said in _names(scope)),
    ]


def selected(text: str) -> list[exp.Expr]:
    """Return what a text selects, in its order."""
    return list(sqlglot.parse_one(text, read="oracle").selects)


def ordered_by(text: str) -> tuple[str, ...]:
    """Return the columns that order a text's rows, in lower case."""
    order = sqlglot.parse_one(text, read="oracle").args.get("order")
    return tuple(each.this.sql("oracle").lower() for each in order.expressions) if order else ()


def _dialect(statement: exp.Expr, text: str) -> Iterator[str]:
    oracle_joins = any(column.args.get("join_mark") for column in statement.find_all(exp.Column))
    ansi_joins = any(join.args.get("on") for join in statement.find_all(exp.Join))
    largest = max((len(chosen.expressions) for chosen in statement.find_all(exp.In)), default=0)
    broken = {
        "has a WITH": statement.find(exp.With) is not None,
        "has a LIMIT, FETCH or OFFSET": bool(statement.find(exp.Limit, exp.Fetch, exp.Offset)),
        "selects *": any(select.is_star for select in statement.find_all(exp.Select)),
        "mixes (+) with JOIN": oracle_joins and ansi_joins,
        f"has over {LARGEST_IN} arguments in an IN": largest > LARGEST_IN,
        "has square brackets": "[" in text,
    }
    yield from (said for said, is_broken in broken.items() if is_broken)
    for added in statement.find_all(exp.Add):
        if added.this.is_string or added.expression.is_string:
            yield f"joins text with +: {added.sql('oracle')}"
    for call in statement.find_all(exp.Dot):
        is_displayed = call.this.name.upper() == "BUILTIN" and call.expression.name.upper() == "DF"
        if is_displayed and call.find_ancestor(exp.Where, exp.Join):
            yield f"joins or filters on a displayed value: {call.sql('oracle')}"


def _dates(statement: exp.Expr) -> Iterator[str]:
    """A date selected bare comes in the user's format, a timestamp in the user's zone."""
    for column in statement.find_all(exp.Column):
        name = column.name.lower()
        if name not in {*FACTS["dates"], *FACTS["timestamps"]} or _is_of_subselect(column):
            continue
        comparison = column.find_ancestor(exp.EQ, exp.GT, exp.GTE, exp.LT, exp.LTE, exp.Between)
        # A date said as text, in one format and in UTC, is compared as text.
        is_text = column.find_ancestor(exp.ToChar, exp.TimeToStr) is not None
        if comparison is not None and not is_text:
            others = [side for side in comparison.iter_expressions() if not _holds(side, column)]
            if not all(side.find(exp.StrToDate, exp.StrToTime, exp.Column) for side in others):
                yield f"compares {name} with what is no date: {comparison.sql('oracle')}"
        elif _is_selected(column):
            if column.find_ancestor(exp.ToChar, exp.TimeToStr) is None:
                yield f"selects {name} without TO_CHAR"
            elif name in FACTS["timestamps"] and not _is_in_utc(column):
                yield f"selects {name} in the session's time zone"


def _codes(statement: exp.Expr) -> Iterator[str]:
    """Codes are text that is held against exactly, case and all."""
    known = {"type": FACTS["types"], "linktype": FACTS["link_types"]}
    for comparison in statement.find_all(exp.EQ, exp.In):
        column = comparison.this
        if not isinstance(column, exp.Column):
            continue
        values = comparison.expressions or [comparison.args.get("expression")]
        texts = [value.name for value in values if value is not None and value.is_string]
        name = column.name.lower()
        yield from (
            f"{name} {text!r} is unknown" for text in texts if text not in known.get(name, texts)
        )
        if name == "status":
            yield from (f"status {text!r} matches nothing" for text in texts if ":" in text)


def _names(scope: Scope) -> Iterator[str]:
    for table in scope.tables:
        if _columns(table.name) is None:
            yield f"table {table.name} is unknown"
    for column in scope.columns:
        if column.name.lower() == ROW_NUMBER and not column.table:
            continue
        if not column.table and len(scope.sources) != 1:
            yield f"column {column.name} does not name its table"
            continue
        source = scope.sources.get(column.table or next(iter(scope.sources)))
        if isinstance(source, Scope):
            if column.name.lower() not in {
                name.lower() for name in source.expression.named_selects
            }:
                yield f"column {column.sql('oracle')} is not in the subselect"
        elif isinstance(source, exp.Table) and not _has(source.name, column.name):
            yield f"column {column.name} of {source.name} is unknown or not selectable"
        elif source is None:
            yield f"column {column.sql('oracle')} names no table of its query"


@cache
def _columns(table: str) -> tuple[frozenset[str], tuple[str, ...]] | None:
    """Return a table's columns and the prefixes of its custom ones; None for no known table."""
    name = table.lower()
    facts: dict[str, Any] | None = FACTS["tables"].get(name)
    if facts is None and name.startswith(CUSTOM["prefix"]):
        facts = CUSTOM
    if facts is None:
        return None
    refused = set(FACTS["not_selectable"].get(name, ()))
    return frozenset(facts["columns"]) - refused, tuple(facts.get("custom", ()))


def _has(table: str, column: str) -> bool:
    columns, prefixes = _columns(table) or (frozenset(), ())
    return column.lower() in columns or column.lower().startswith(prefixes or ("\0",))


def _is_selected(column: exp.Expr) -> bool:
    select = column.find_ancestor(exp.Select)
    return select is not None and any(_holds(each, column) for each in select.selects)


def _is_of_subselect(column: exp.Column) -> bool:
    """Whether a column is one of a subselect, which has formatted it already or is told so."""
    select = column.find_ancestor(exp.Select)
    aliases = {sub.alias for sub in select.find_all(exp.Subquery)} if select else set()
    return bool(column.table) and column.table in aliases


def _is_in_utc(column: exp.Column) -> bool:
    call = column.find_ancestor(exp.Anonymous)
    return call is not None and call.name.upper() == "SYS_EXTRACT_UTC"


def _holds(tree: exp.Expr, node: exp.Expr) -> bool:
    return any(each is node for each in tree.walk())
