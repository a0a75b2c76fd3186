"""A table as people read it: plain labels, words for codes, decimals of the currency."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Any, Literal
from zoneinfo import ZoneInfo

import pyarrow as pa
import streamlit as st

from dashboard import downloads, ticks
from dashboard.downloads import Whole
from dashboard.export import inert
from dashboard.marts.source import PAGE_ROWS
from dashboard.masking import masked_name, masked_text
from dashboard.money import decimals, rounded
from dashboard.people import sees_names
from dashboard.words import spoken
from dashboard.workbook import Cell, SheetColumn
from dashboard.zone import reader_zone

Rows = pa.Table
ColumnConfig = Mapping[str, Any]
Selection = Literal["none", "one", "many"]
# Rows that a table shows before it scrolls by itself, and how high each is, in pixels.
TALLEST = 15
# No currency has more decimals.
MOST_DIGITS = 3
ROW_HEIGHT = 35


class Kind(StrEnum):
    """How values are shown; counts and money add up, days, shares and balances do not."""

    TEXT = "text"
    WORD = "word"
    PERSON = "person"
    COUNT = "count"
    DAYS = "days"
    MONEY = "money"
    BALANCE = "balance"
    NUMBER = "number"
    SHARE = "share"
    INSTANT = "instant"
    FLAG = "flag"
    LINK = "link"


CELLS = {
    Kind.COUNT: Cell.COUNT,
    Kind.DAYS: Cell.COUNT,
    Kind.MONEY: Cell.MONEY,
    Kind.BALANCE: Cell.MONEY,
    Kind.NUMBER: Cell.NUMBER,
    Kind.SHARE: Cell.SHARE,
    Kind.INSTANT: Cell.INSTANT,
}


@dataclass(frozen=True)
class Column:
    """One column of a mart and how it is called here."""

    name: str
    label: str
    kind: Kind = Kind.TEXT
    words: Mapping[str, str] | None = None
    help: str | None = None
    width: int | None = None


def shown(
    rows: pa.Table,
    columns: Sequence[Column],
    *,
    digits: int,
    is_masked: bool = False,
    zone: ZoneInfo | None = None,
) -> pa.Table:
    """
    Return the table that is shown, and exported as it is shown; masked, it names nobody.

    Times are in the zone, the reader's unless another is given.

    Text comes from other people's systems, so it is made inert here: the grid lets its reader
    copy cells into a spreadsheet.
    """
    return pa.table(
        {
            column.label: _local(rows.column(column.name), zone or reader_zone())
            if column.kind is Kind.INSTANT
            else _values(rows.column(column.name), column, digits=digits, is_masked=is_masked)
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
    tallest: int = TALLEST,
    whole: Whole | None = None,
) -> int | None:
    """
    Show a table and its downloads; return the position of the selected row, if any.

    Of a table that is shown page by page, `whole` is what its downloads hold.
    """
    selection: Selection = "one" if is_selectable else "none"
    chosen = _show(
        rows,
        columns,
        key=key,
        title=title,
        currency=currency,
        selection=selection,
        tallest=tallest,
        whole=whole,
    )
    return chosen[0] if chosen else None


def choose(
    rows: pa.Table,
    columns: Sequence[Column],
    *,
    key: str,
    title: str,
    currency: str | None = None,
    whole: Whole | None = None,
) -> list[int]:
    """Show a table of which any number of rows may be selected; return their positions."""
    return _show(
        rows, columns, key=key, title=title, currency=currency, selection="many", whole=whole
    )


def read(
    rows: pa.Table,
    columns: Sequence[Column],
    *,
    key: str,
    title: str,
    whole: Whole | None = None,
) -> None:
    """Show a table of sentences, each in full, and its downloads."""
    table = shown(rows, columns, digits=2, is_masked=not sees_names())
    with st.container(gap="xxsmall", key=f"{key}_table"):
        st.table(table, hide_index=True, border="horizontal")
        _offer(rows, columns, key=key, title=title, currency=None, digits=2, whole=whole)


def page_of(total: int, *, key: str, noun: str) -> int:
    """Ask which page of a long table to show, say which rows those are, and return its number."""
    pages = max(1, -(-total // PAGE_ROWS))
    if pages == 1:
        return 1
    with st.container(gap="xxsmall"):
        page = min(st.pagination(pages, key=key, bind="query-params"), pages)
        first, last = (page - 1) * PAGE_ROWS + 1, min(page * PAGE_ROWS, total)
        st.caption(f"{noun} {first:,} to {last:,} of {total:,}")
    return page


def sheet_columns(
    columns: Sequence[Column], *, digits: int, has_one_currency: bool
) -> tuple[SheetColumn, ...]:
    """Return how a spreadsheet types these columns, and which of them it may add up."""
    additive = {Kind.COUNT, Kind.MONEY} if has_one_currency else {Kind.COUNT}
    return tuple(
        SheetColumn(
            label=column.label,
            cell=CELLS.get(column.kind, Cell.TEXT),
            digits=digits,
            adds_up=column.kind in additive,
        )
        for column in columns
    )


def _show(
    rows: pa.Table,
    columns: Sequence[Column],
    *,
    key: str,
    title: str,
    currency: str | None,
    selection: Selection,
    whole: Whole | None,
    tallest: int = TALLEST,
) -> list[int]:
    digits = _digits(rows, currency)
    table = shown(rows, columns, digits=digits, is_masked=not sees_names())
    configured: dict[str, Any] = {column.label: _config(column, digits) for column in columns}
    modes = {"one": "single-row", "many": "multi-row"}
    options: dict[str, Any] = {}
    drawn = key
    if selection != "none":
        options = {"on_select": "rerun", "selection_mode": modes[selection]}
        drawn = ticks.of_rows(rows, key=key)
    with st.container(gap="xxsmall", key=f"{key}_table"):
        event: Any = st.dataframe(
            table,
            hide_index=True,
            key=drawn,
            alt=title,
            placeholder="",
            height="content" if table.num_rows <= tallest else (tallest + 1) * ROW_HEIGHT + 2,
            column_config=configured,
            **options,
        )
        _offer(rows, columns, key=key, title=title, currency=currency, digits=digits, whole=whole)
    chosen = event["selection"]["rows"] if selection != "none" else []
    return [int(position) for position in chosen if position < table.num_rows]


def _offer(
    rows: pa.Table,
    columns: Sequence[Column],
    *,
    key: str,
    title: str,
    currency: str | None,
    digits: int,
    whole: Whole | None,
) -> None:
    """Hand out every row as it is shown; those of other pages may be in other currencies."""
    # Asked now: a file is made outside of any page, where nothing is known of its reader.
    zone, is_masked = reader_zone(), not sees_names()
    every, has_one = Whole(lambda: [rows], rows.num_rows), _has_one(rows, currency)
    if whole is not None and whole.rows > rows.num_rows:
        every = whole
        if currency is None and "currency" in rows.column_names:
            digits, has_one = MOST_DIGITS, False

    def batches() -> Iterator[pa.Table]:
        for batch in every.batches():
            yield shown(batch, columns, digits=digits, is_masked=is_masked, zone=zone)

    typed = sheet_columns(columns, digits=digits, has_one_currency=has_one)
    # A file of money says whose, wherever it is moved to: its rows do not.
    name = key if currency is None else f"{key}-{currency}"
    downloads.offer(Whole(batches, every.rows), typed, key=key, title=title, name=name)


def _values(values: pa.ChunkedArray, column: Column, *, digits: int, is_masked: bool) -> pa.Array:
    found = values.to_pylist()
    match column.kind:
        case Kind.TEXT | Kind.PERSON:
            texts = [_text(value, column, is_masked=is_masked) for value in found]
            return pa.array(texts, pa.string())
        case Kind.LINK:
            return pa.array([_safe(value) for value in found], pa.string())
        case Kind.WORD:
            return pa.array([inert(_said(value, column.words)) for value in found], pa.string())
        case Kind.FLAG:
            return pa.array(["Yes" if value else "No" for value in found], pa.string())
        case Kind.MONEY | Kind.BALANCE:
            money = [None if v is None else rounded(Decimal(v), digits) for v in found]
            return pa.array(money, pa.decimal128(38, digits))
        case Kind.COUNT | Kind.DAYS:
            return pa.array([None if v is None else int(v) for v in found], pa.int64())
    return values.combine_chunks()


def _local(moments: pa.ChunkedArray, zone: ZoneInfo) -> pa.ChunkedArray:
    return moments.cast(pa.timestamp("s", tz=str(zone)), safe=False)


def _text(value: object, column: Column, *, is_masked: bool) -> str | None:
    if value is None:
        return None
    text = str(value)
    word = (column.words or {}).get(text)
    if word is None and is_masked:
        text = masked_name(text) if column.kind is Kind.PERSON else masked_text(text)
    return inert(word or text)


def _said(value: object, words: Mapping[str, str] | None) -> str:
    if isinstance(value, list):
        return "; ".join(spoken(item, words) for item in value)
    return spoken(value, words)


def _safe(value: object) -> str | None:
    """Only an address of a configured host may be followed."""
    return str(value) if value and str(value).startswith("https://") else None


def _config(column: Column, digits: int) -> ColumnConfig:
    shape: dict[str, Any] = {"help": column.help, "width": column.width}
    match column.kind:
        case Kind.MONEY | Kind.BALANCE:
            return st.column_config.NumberColumn(format=f"%,.{digits}f", **shape)
        case Kind.COUNT | Kind.DAYS:
            return st.column_config.NumberColumn(format="%,d", **shape)
        case Kind.NUMBER:
            return st.column_config.NumberColumn(format="%,.1f", **shape)
        case Kind.SHARE:
            return st.column_config.NumberColumn(format="percent", **shape)
        case Kind.INSTANT:
            return st.column_config.DatetimeColumn(format="YYYY-MM-DD HH:mm", **shape)
        case Kind.LINK:
            return st.column_config.LinkColumn(display_text="Open", **shape)
    return st.column_config.TextColumn(**shape)


def _has_one(rows: pa.Table, currency: str | None) -> bool:
    if currency is not None or "currency" not in rows.column_names:
        return True
    return len(set(rows.column("currency").to_pylist())) <= 1


def _digits(rows: pa.Table, currency: str | None) -> int:
    """A list across currencies shows the decimals of the one that has most."""
    if currency is not None or "currency" not in rows.column_names:
        return decimals(currency)
    found = {decimals(code) for code in rows.column("currency").to_pylist()}
    return max(found, default=2)
