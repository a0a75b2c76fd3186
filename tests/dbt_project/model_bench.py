"""Models run on rows of a test's own: the compiled SQL itself, on tables of the right types."""

from itertools import zip_longest

import duckdb


class ModelBench:
    """
    Some models in their order, over input tables that a test fills.

    The tables are those of a warehouse that was built over nothing, so a column that does not
    exist, or a value that does not fit it, is an error.
    """

    def __init__(self, warehouse, target, models):
        self.connection = duckdb.connect()
        self.connection.execute("set timezone = 'UTC'")
        self.connection.execute(f"attach '{warehouse}' as built (read_only)")
        self.connection.execute("attach ':memory:' as warehouse")
        for schema in ("staging", "intermediate"):
            self.connection.execute(f"create schema warehouse.{schema}")
        # A view that was built names its database: its columns are known without asking it.
        for schema, table, columns in self.connection.execute("""
            select
                schema_name,
                table_name,
                string_agg('"' || column_name || '" ' || data_type, ', ' order by column_index)
            from duckdb_columns()
            where database_name = 'built' and schema_name in ('staging', 'intermediate')
            group by all
        """).fetchall():
            self.connection.execute(f"create table warehouse.{schema}.{table} ({columns})")
        # dbt opens the same file later in this process, and a file is attached once.
        self.connection.execute("detach built")
        self.connection.execute("use warehouse")
        compiled = target.glob("*/models/intermediate/*/int_*.sql")
        self.sql = {path.stem: path.read_text() for path in compiled}
        self.models = models

    def run(self, rows):
        """Fill tables with rows (`schema.table` -> dicts) and build the models over them."""
        for table, records in rows.items():
            self.connection.execute(f"delete from {table}")
            for record in records:
                names = ", ".join(record)
                marks = ", ".join(f"${name}" for name in record)
                self.connection.execute(
                    f"insert into {table} ({names}) values ({marks})",
                    record,
                )
        for model in self.models:
            self.connection.execute(f"delete from intermediate.{model}")
            self.connection.execute(f"insert into intermediate.{model} by name {self.sql[model]}")

    def rows(self, query):
        """Return what a query finds, as dicts."""
        found = self.connection.execute(query)
        names = [column[0] for column in found.description]
        return [dict(zip_longest(names, row)) for row in found.fetchall()]
