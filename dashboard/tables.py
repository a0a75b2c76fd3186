"""A table as people read it: plain labels, words for codes, decimals of the currency."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Any

import pyarrow as pa
import streamlit as st

from dashboard.export import csv_bytes, inert
from dashboard.marts.source import PAGE_ROWS
from dashboard.money import decimals, rounded
from dashboard.words import spoken
from dashboard.zone import reader_zone

Rows = pa.Table
ColumnConfig = Mapping[str, Any]


class Kind(StrEnum):
    """How a column's values are shown."""

    TEXT = "text"
    WORD = "word"
    COUNT = "count"
    MONEY = "money"
    NUMBER = "number"
    SHARE = "share"
    INSTANT = "instant"
    FLAG = "flag"


@dataclass(frozen=True)
class Column:
    """One column of a mart and how it is called here."""

    name: str
    label: str
    kind: Kind = Kind.TEXT
    words: Mapping[str, str] | None = None
    help: str | None = None
    width: int | None = None


def shown(rows: pa.Table, columns: Sequence[Column], *, digits: int) -> pa.Table:
    """
    Return the table that is shown, and exported as it is shown.

    Text comes from other people's systems, so it is made inert here: the grid lets its reader
    copy cells into a spreadsheet.
    """
    return pa.table(
        {
            column.label: _values(rows.column(column.name), column, digits=digits)
            for column in columns
        }
    )


def show(
    rows: pa.Table,
    columns: Sequence[Column],
    *,
    key: str,
    title: str,
    currency: str | None = None,
    is_selectable: bool = False,
) -> int | None:
    """Show a table and its download; return the position of the selected row, if any."""
    digits = _digits(rows, currency)
    table = shown(rows, columns, digits=digits)
    options: dict[str, Any] = {"on_select": "rerun", "selection_mode": "single-row"}
    configured: dict[str, Any] = {column.label: _config(column, digits) for column in columns}
    with st.container(gap="xxsmall", key=f"{key}_table"):
        event: Any = st.dataframe(
            table,
            hide_index=True,
            key=key,
            alt=title,
            placeholder="",
            height="content" if table.num_rows <= 15 else 560,
            column_config=configured,
            **(options if is_selectable else {}),
        )
        download(table, key=key)
    selected = event["selection"]["rows"] if is_selectable else []
    return int(selected[0]) if selected and selected[0] < table.num_rows else None


def download(table: pa.Table, *, key: str) -> None:
    """Offer exactly what is shown as a file."""
    st.download_button(
        "Download these rows (CSV)",
        data=lambda: csv_bytes(table),
        file_name=f"{key}.csv",
        mime="text/csv",
        key=f"{key}_csv",
        on_click="ignore",
        type="tertiary",
        icon=":material/download:",
    )


def page_of(total: int, *, key: str, noun: str) -> int:
    """Ask which page of a long table to show, say which rows those are, and return its number."""
    pages = max(1, -(-total // PAGE_ROWS))
    page = 1
    if pages > 1:
        page = min(st.pagination(pages, key=key, bind="query-params"), pages)
    first, last = (page - 1) * PAGE_ROWS + 1, min(page * PAGE_ROWS, total)
    if pages > 1:
        st.caption(f"{noun} {first:,} to {last:,} of {total:,}")
    return page


def _values(values: pa.ChunkedArray, column: Column, *, digits: int) -> pa.Array:
    found = values.to_pylist()
    match column.kind:
        case Kind.TEXT:
            return pa.array([None if v is None else inert(str(v)) for v in found], pa.string())
        case Kind.WORD:
            return pa.array([inert(_said(value, column.words)) for value in found], pa.string())
        case Kind.FLAG:
            return pa.array(["Yes" if value else "No" for value in found], pa.string())
        case Kind.MONEY:
            money = [None if v is None else rounded(Decimal(v), digits) for v in found]
            return pa.array(money, pa.decimal128(38, digits))
        case Kind.COUNT:
            return pa.array([None if v is None else int(v) for v in found], pa.int64())
        case Kind.INSTANT:
            return values.cast(pa.timestamp("s", tz=str(reader_zone())), safe=False)
    return values.combine_chunks()


def _said(value: object, words: Mapping[str, str] | None) -> str:
    if isinstance(value, list):
        return "; ".join(spoken(item, words) for item in value)
    return spoken(value, words)


def _config(column: Column, digits: int) -> ColumnConfig:
    shape: dict[str, Any] = {"help": column.help, "width": column.width}
    match column.kind:
        case Kind.MONEY:
            return st.column_config.NumberColumn(format=f"%,.{digits}f", **shape)
        case Kind.COUNT:
            return st.column_config.NumberColumn(format="%,d", **shape)
        case Kind.NUMBER:
            return st.column_config.NumberColumn(format="%,.1f", **shape)
        case Kind.SHARE:
            return st.column_config.NumberColumn(format="percent", **shape)
        case Kind.INSTANT:
            return st.column_config.DatetimeColumn(format="YYYY-MM-DD HH:mm", **shape)
    return st.column_config.TextColumn(**shape)


def _digits(rows: pa.Table, currency: str | None) -> int:
    """A list across currencies shows the decimals of the one that has most."""
    if currency is not None or "currency" not in rows.column_names:
        return decimals(currency)
    found = {decimals(code) for code in rows.column("currency").to_pylist()}
    return max(found, default=2)
