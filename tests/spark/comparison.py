"""Two engines' tables, held against each other row by row and column by column."""

from collections import Counter
from datetime import date, datetime
from decimal import Decimal

import duckdb

TABLES = """
    select table_schema, table_name from information_schema.tables
    where table_schema in ({schemas}) and (table_type = 'BASE TABLE' or table_schema = 'marts')
    order by all
"""


def tables(warehouse, schemas):
    """The names of the tables of these schemas, as (schema, table)."""
    named = ", ".join(f"'{schema}'" for schema in schemas)
    with duckdb.connect(warehouse, read_only=True) as connection:
        return connection.execute(TABLES.format(schemas=named)).fetchall()


def differences(home, spark, schema, table):
    """
    Sentences on how a table differs between the warehouse of `home` and Spark's folder.

    Rows are a multiset: each engine writes them in its own order. A value differs by its content,
    never by its type's width; decimals differ by any digit.
    """
    with duckdb.connect(home / "warehouse.duckdb", read_only=True) as connection:
        connection.execute("set timezone = 'UTC'")
        columns, here = _rows(connection, f'"{schema}"."{table}"')
        folder = spark / f"{schema}.db" / table
        if not folder.is_dir():
            return [f"{schema}.{table} was not built on Spark"]
        # Spark writes no file for a table that nothing was inserted into.
        written = any(folder.glob("*.parquet"))
        if written and _are_alike(
            connection, f'"{schema}"."{table}"', f"read_parquet('{folder}/*.parquet')"
        ):
            return []
        their_columns, there = (
            _rows(connection, f"read_parquet('{folder}/*.parquet')") if written else (columns, [])
        )
    if columns != their_columns:
        return [f"{schema}.{table} has columns {columns} in DuckDB and {their_columns} in Spark"]
    only_here, only_there = Counter(here), Counter(there)
    common = only_here & only_there
    only_here, only_there = only_here - common, only_there - common
    return [
        *_paired(f"{schema}.{table}", columns, only_here, only_there),
        *(f"{schema}.{table}: only in DuckDB {row}" for row in only_here.elements()),
        *(f"{schema}.{table}: only in Spark {row}" for row in only_there.elements()),
    ]


def _are_alike(connection, here, there):
    """Whether both have the same columns, types and rows: the engine counts faster than we do."""
    described = [
        [column[:2] for column in connection.execute(f"describe from {relation}").fetchall()]
        for relation in (here, there)
    ]
    if described[0] != described[1]:
        return False
    only_here = f"(from {here} except all from {there})"
    only_there = f"(from {there} except all from {here})"
    counted = connection.execute(f"select count(*) from ({only_here} union all {only_there})")
    return counted.fetchone() == (0,)


def _rows(connection, relation):
    cursor = connection.execute(f"select * from {relation}")
    columns = [column[0] for column in cursor.description]
    return columns, [tuple(_plain(value) for value in row) for row in cursor.fetchall()]


def _plain(value):
    """A value that equals its like of the other engine, and can be counted."""
    if isinstance(value, list):
        return ("list", *(_plain(each) for each in value))
    if isinstance(value, dict):
        return ("record", *((name, _plain(each)) for name, each in value.items()))
    if isinstance(value, bool | date | datetime):
        return (type(value).__name__, value)
    return Decimal(value) if isinstance(value, int | float) else value


def _paired(name, columns, only_here, only_there):
    """Rows that begin alike are about the same thing: say which columns differ, use them up."""
    for row in list(only_here.elements()):
        alike = next((other for other in only_there if other[0] == row[0]), None)
        if alike is None:
            continue
        only_here.subtract([row])
        only_there.subtract([alike])
        only_here, only_there = +only_here, +only_there
        unequal = [
            f"{column} is {mine!r} in DuckDB and {theirs!r} in Spark"
            for column, mine, theirs in zip(columns, row, alike, strict=True)
            if mine != theirs
        ]
        yield f"{name}, {columns[0]} {row[0]}: {'; '.join(unequal)}"
