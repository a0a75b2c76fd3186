"""A publication as large as asked, made of a small one that the pipeline wrote: rows copied."""

import json
from dataclasses import dataclass
from pathlib import Path

import duckdb

from dashboard.publication import kept

# What names one case, order, customer, document or row, so that each copy is another one.
NAMES = (
    *("case_key", "case_name", "order_id", "order_name", "return_id", "return_name", "rma_id"),
    *("rma_number", "customer_key", "order_line_id", "document_number", "bank_reference"),
    *("subject", "break_key", "gate_key", "intent_key", "reference"),
)
OWNED = {"case_key", "order_id", "customer_key"}
# Totals have as many rows however many returns there are, with larger figures in them.
COUNTED = {"fct_tie_out", "rpt_return_diagnostics", "rpt_return_kpis"}
FIGURES = ("_count", "numerator", "denominator", "amount")
RATES = ("rate", "value")
SKUS = 50
# A prime, so that the copies of one moment fall on all times of a day.
STEP_SECONDS = 7919


@dataclass(frozen=True)
class Copies:
    """How often rows are copied, and the case of one copy that pages are asked for."""

    count: int
    cases: int


def multiply(home: Path, into: Path, *, returns: int) -> Copies:
    """
    Write every kept publication of a home into another, each with so many returns or just more.

    Keys and names get the number of their copy, moments go back by up to a day, SKUs become fifty
    times as many, and totals grow as the rows do. What is known of the run stays as it is.
    """
    folder = into / "published"
    folder.mkdir(parents=True)
    copies = Copies(0, 0)
    for pointer in reversed(kept(home / "published")):
        copies = _multiplied(Path(pointer.file), folder / Path(pointer.file).name, returns)
        said = {"id": pointer.id, "file": Path(pointer.file).name}
        (folder / "current.json").write_text(json.dumps(said), encoding="utf-8")
    return copies


def _multiplied(source: Path, target: Path, returns: int) -> Copies:
    with duckdb.connect(target) as connection:
        connection.execute("set timezone = 'UTC'")
        connection.execute(f"attach '{source}' as small (read_only)")
        connection.execute("create schema marts; create schema ops")
        lifecycle = "small.marts.fct_return_lifecycle"
        drawn = _number(connection, f"select count(*) from {lifecycle}")
        count = -(-returns // drawn)
        for schema, table in connection.execute("""
            select table_schema, table_name from information_schema.tables
            where table_catalog = 'small' order by all
        """).fetchall():
            selected = _selected(connection, schema, table, count)
            connection.execute(f"create table {schema}.{table} as {selected}")
    return Copies(count, count * drawn)


def _selected(connection: duckdb.DuckDBPyConnection, schema: str, table: str, count: int) -> str:
    columns = dict(
        connection.execute(f"""
            select column_name, data_type from information_schema.columns
            where table_catalog = 'small' and table_schema = '{schema}' and table_name = '{table}'
            order by ordinal_position
        """).fetchall()
    )
    source = f"small.{schema}.{table}"
    if schema == "ops":
        return f"select * from {source}"
    if table in COUNTED:
        shown = [_grown(name, kind, count) for name, kind in columns.items()]
        return f"select {', '.join(shown)} from {source}"
    times = count if OWNED & set(columns) else min(count, SKUS) if "sku" in columns else 1
    shown = [_copied(name, kind) for name, kind in columns.items()]
    return f"select {', '.join(shown)} from range({times}) as copies(copy), {source}"


def _copied(name: str, kind: str) -> str:
    if name in NAMES:
        return f"case when copy = 0 then {name} else {name} || '~' || copy end as {name}"
    if name == "sku":
        return f"sku || '-' || copy % {SKUS} as sku"
    if kind == "TIMESTAMP WITH TIME ZONE":
        return f"{name} - to_seconds(copy * {STEP_SECONDS} % 86400) as {name}"
    return name


def _grown(name: str, kind: str, count: int) -> str:
    is_figure = name.endswith(FIGURES) and not name.endswith(RATES)
    return f"cast({name} * {count} as {kind}) as {name}" if is_figure else name


def _number(connection: duckdb.DuckDBPyConnection, statement: str) -> int:
    row = connection.execute(statement).fetchone()
    assert row is not None
    return int(row[0])
