"""How a publication is read: one shared read-only connection, answers kept by publication."""

import json
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

import duckdb
import pyarrow as pa
import streamlit as st

from dashboard.decisions import Decided
from dashboard.publication import Edition, Pointer, PublicationError

PAGE_ROWS = 50
BATCH_ROWS = 10_000
# What the engine may keep of a publication's file, and of what is being asked, for all readers.
MEMORY_LIMIT = "1GB"

Parameter = str | int | datetime | None
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


@dataclass(frozen=True)
class Listing:
    """
    A long answer in its order: a page shows some of its rows, a file holds all of them.

    `of_page` asks for the rows of one page, where that is quicker than cutting them out of all.
    """

    pointer: Pointer
    statement: str
    parameters: Parameters
    needs: tuple[str, ...]
    decided: Decided | None = None
    of_page: str | None = None

    def page(self, number: int) -> pa.Table:
        """Return one page of rows; pages count from 1."""
        return rows(
            self.pointer,
            self.of_page or f"{self.statement} limit $page_rows offset $skipped",
            {**self.parameters, **offset(number)},
            needs=self.needs,
            decided=self.decided,
        )

    def whole(self) -> Iterator[pa.Table]:
        """Yield all rows, in batches: they never all stand in memory."""
        return batches(
            self.pointer,
            self.statement,
            self.parameters,
            needs=self.needs,
            decided=self.decided,
        )


def rows(
    pointer: Pointer,
    statement: str,
    parameters: Parameters | None = None,
    *,
    needs: tuple[str, ...] = (),
    decided: Decided | None = None,
) -> pa.Table:
    """
    Return the answer to one query; `needs` names the tables without which it cannot be asked.

    With `decided` the query may join `break_states`, and knows the day as `$today`.
    Raises MissingTableError for those, PublicationError if the file cannot be read.
    """
    demand(pointer, needs)
    asked = dict(parameters or {})
    if decided is not None:
        asked["today"] = decided.today
    version = (decided.url, decided.version) if decided else None
    return _answer(_handle(pointer), statement, tuple(asked.items()), version, _decided=decided)


def batches(
    pointer: Pointer,
    statement: str,
    parameters: Parameters,
    *,
    needs: tuple[str, ...],
    decided: Decided | None = None,
) -> Iterator[pa.Table]:
    """Yield a long answer in batches, for a file: no page asks for more than it shows."""
    demand(pointer, needs)
    with _connection(_handle(pointer)).cursor() as cursor:
        asked = dict(parameters)
        if decided is not None:
            cursor.register("break_states", decided.states)
            asked["today"] = decided.today
        reader: pa.RecordBatchReader = cursor.sql(statement, params=asked).to_arrow_reader(
            BATCH_ROWS
        )
        for batch in reader:
            yield pa.Table.from_batches([batch])


def demand(pointer: Pointer, needs: tuple[str, ...]) -> None:
    """Raise MissingTableError where the publication lacks one of these tables."""
    missing = [table for table in needs if not has(pointer, table)]
    if missing:
        raise MissingTableError(missing)


def has(pointer: Pointer, table: str) -> bool:
    """Return whether the publication holds a table; `previous.` names the one before it."""
    return table in _columns(pointer)


def optional(pointer: Pointer, table: str, column: str, *, alias: str) -> str:
    """Return a column, or a null in its place where the publication has none."""
    has_column = column in _columns(pointer).get(table, frozenset())
    return f"{alias}.{column}" if has_column else f"null as {column}"


def offset(page: int) -> dict[str, Parameter]:
    """Return the bound limits of a page of rows; pages count from 1."""
    return {"page_rows": PAGE_ROWS, "skipped": (max(page, 1) - 1) * PAGE_ROWS}


def month_of(moment: str) -> str:
    """Return the month of a moment in UTC, by arithmetic: a zoned time would ask a calendar."""
    return f"date_trunc('month', make_timestamp(epoch_us({moment})))"


def months_to_now(table: str) -> str:
    """Return every month from the first of a table's to that of the publication, a row each."""
    return f"""unnest(generate_series(
        (select min(month) from {table}),
        (select {month_of("as_of")} from ops.publication limit 1),
        interval 1 month
    ))"""  # noqa: S608


def edition(pointer: Pointer) -> Edition:
    """Return what the publication says of itself."""
    table = "ops.publication"
    if table not in _columns(pointer):
        raise PublicationError("The publication says nothing of itself. Run `make run` again.")
    published = optional(pointer, table, "published_at", alias="publication")
    stores = optional(pointer, table, "incomplete_stores", alias="publication")
    statement = f"""
        select id, as_of, is_complete, {published}, {stores} from ops.publication limit 1
    """  # noqa: S608
    said = rows(pointer, statement).to_pylist()
    if not said:
        raise PublicationError("The publication says nothing of itself. Run `make run` again.")
    incomplete = tuple(json.loads(said[0].pop("incomplete_stores") or "[]"))
    return Edition(**said[0], incomplete_stores=incomplete)


Handle = tuple[str, str, str | None]


def _handle(pointer: Pointer) -> Handle:
    return (pointer.id, pointer.file, pointer.previous)


def _columns(pointer: Pointer) -> Mapping[str, frozenset[str]]:
    return _held(_handle(pointer))


@st.cache_resource(max_entries=16, show_spinner=False)
def _held(handle: Handle) -> Mapping[str, frozenset[str]]:
    """Return the columns of each table; those of schema `marts` go by their bare name."""
    statement = """
        select
            case when table_catalog = 'previous' then 'previous.' else '' end
                || case when table_schema = 'marts' then '' else table_schema || '.' end
                || table_name as table_name,
            list(column_name) as column_names
        from information_schema.columns
        where table_schema in ('marts', 'ops')
        group by all
    """
    with _connection(handle).cursor() as cursor:
        return {name: frozenset(names) for name, names in cursor.execute(statement).fetchall()}


@st.cache_data(max_entries=2_000, ttl="12h", show_spinner=False)
def _answer(
    handle: Handle,
    statement: str,
    parameters: tuple[tuple[str, Parameter], ...],
    version: tuple[str, int] | None,  # noqa: ARG001 - the key of what was decided
    *,
    _decided: Decided | None,
) -> pa.Table:
    with _connection(handle).cursor() as cursor:
        if _decided is not None:
            cursor.register("break_states", _decided.states)
        answered: pa.Table = cursor.sql(statement, params=dict(parameters)).to_arrow_table()
    return answered


@st.cache_resource(max_entries=16, show_spinner=False)
def _connection(handle: Handle) -> duckdb.DuckDBPyConnection:
    """A publication never changes, so all readers share one handle; a new id is a new file."""
    publication_id, file, previous = handle
    try:
        connection = duckdb.connect(file, read_only=True)
        connection.execute("set global timezone = 'UTC'")
        connection.execute(f"set memory_limit = '{MEMORY_LIMIT}'")
        _attach(connection, previous)
        connection.execute("set enable_external_access = false")
        connection.execute("set lock_configuration = true")
    except duckdb.Error as error:
        raise PublicationError(
            f"The publication {publication_id} cannot be opened. Run `make run` to publish again."
        ) from error
    return connection


def _attach(connection: duckdb.DuckDBPyConnection, previous: str | None) -> None:
    """One before that cannot be read is as good as gone: the comparison says there is none."""
    if previous is not None:
        quoted = previous.replace("'", "''")
        with suppress(duckdb.Error):
            connection.execute(f"attach '{quoted}' as previous (read_only)")
