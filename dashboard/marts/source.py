"""How a publication is read: one shared read-only connection, answers kept by publication."""

from collections.abc import Mapping
from dataclasses import dataclass

import duckdb
import pyarrow as pa
import streamlit as st

from dashboard.publication import Edition, Pointer, PublicationError

PAGE_ROWS = 50

Parameter = str | int | None
Parameters = Mapping[str, Parameter]


class MissingTableError(Exception):
    """A publication of an earlier make lacks a table: say so where its numbers would stand."""

    def __init__(self, tables: list[str]) -> None:
        super().__init__(
            f"This publication does not hold {' and '.join(tables)} yet, so this part cannot be"
            " shown. Run `make run` to publish with it."
        )


@dataclass(frozen=True)
class Scope:
    """What a page is narrowed to; nothing means all, except that money is one currency's."""

    store: str | None = None
    currency: str | None = None

    @property
    def parameters(self) -> dict[str, Parameter]:
        """Return both, by the names the queries use."""
        return {"store": self.store, "currency": self.currency}

    @property
    def of_store(self) -> dict[str, Parameter]:
        """Return the store alone, for what is counted across currencies."""
        return {"store": self.store}


def rows(
    pointer: Pointer,
    statement: str,
    parameters: Parameters | None = None,
    *,
    needs: tuple[str, ...] = (),
) -> pa.Table:
    """
    Return the answer to one query; `needs` names the tables without which it cannot be asked.

    Raises MissingTableError for those, PublicationError if the file cannot be read.
    """
    missing = [table for table in needs if table not in _columns(pointer)]
    if missing:
        raise MissingTableError(missing)
    return _answer(pointer.id, pointer.file, statement, tuple((parameters or {}).items()))


def optional(pointer: Pointer, table: str, column: str, *, alias: str) -> str:
    """Return a column, or a null in its place where the publication has none."""
    has_column = column in _columns(pointer).get(table, frozenset())
    return f"{alias}.{column}" if has_column else f"null as {column}"


def offset(page: int) -> dict[str, Parameter]:
    """Return the bound limits of a page of rows; pages count from 1."""
    return {"page_rows": PAGE_ROWS, "skipped": (max(page, 1) - 1) * PAGE_ROWS}


def edition(pointer: Pointer) -> Edition:
    """Return what the publication says of itself."""
    table = "ops.publication"
    if table not in _columns(pointer):
        raise PublicationError("The publication says nothing of itself. Run `make run` again.")
    published = optional(pointer, table, "published_at", alias="publication")
    statement = f"select id, as_of, is_complete, {published} from ops.publication limit 1"  # noqa: S608
    said = rows(pointer, statement).to_pylist()
    if not said:
        raise PublicationError("The publication says nothing of itself. Run `make run` again.")
    return Edition(**said[0])


def _columns(pointer: Pointer) -> dict[str, frozenset[str]]:
    """Return the columns of each table; those of schema `marts` go by their bare name."""
    statement = """
        select
            case when table_schema = 'marts' then '' else table_schema || '.' end || table_name
                as table_name,
            list(column_name) as column_names
        from information_schema.columns
        where table_schema in ('marts', 'ops')
        group by all
    """
    found = _answer(pointer.id, pointer.file, statement, ())
    return {row["table_name"]: frozenset(row["column_names"]) for row in found.to_pylist()}


@st.cache_data(max_entries=2_000, ttl="12h", show_spinner=False)
def _answer(
    publication_id: str, file: str, statement: str, parameters: tuple[tuple[str, Parameter], ...]
) -> pa.Table:
    with _connection(publication_id, file).cursor() as cursor:
        answered: pa.Table = cursor.sql(statement, params=dict(parameters)).to_arrow_table()
    return answered


@st.cache_resource(max_entries=2, show_spinner=False)
def _connection(publication_id: str, file: str) -> duckdb.DuckDBPyConnection:
    """A publication never changes, so all readers share one handle; a new id is a new file."""
    try:
        connection = duckdb.connect(file, read_only=True)
        connection.execute("set global timezone = 'UTC'")
        connection.execute("set enable_external_access = false")
        connection.execute("set lock_configuration = true")
    except duckdb.Error as error:
        raise PublicationError(
            f"The publication {publication_id} cannot be opened. Run `make run` to publish again."
        ) from error
    return connection
