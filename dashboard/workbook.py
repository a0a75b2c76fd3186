"""Workbooks that a spreadsheet opens as they are meant: typed cells, frozen header, totals."""

import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

import pyarrow as pa
import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.utility import xl_col_to_name
from xlsxwriter.worksheet import Worksheet

from dashboard.export import inert

MOST_ROWS = 1_048_000
LONGEST_TEXT = 32_000


class Cell(StrEnum):
    """What a column's cells are to a spreadsheet."""

    TEXT = "text"
    COUNT = "count"
    NUMBER = "number"
    SHARE = "share"
    MONEY = "money"
    INSTANT = "instant"


@dataclass(frozen=True)
class SheetColumn:
    """A column's label and type; `digits` are the decimals of its money."""

    label: str
    cell: Cell = Cell.TEXT
    digits: int = 2
    adds_up: bool = False


@dataclass(frozen=True)
class Sheet:
    """One sheet; its rows come in batches, so that they never all stand in memory."""

    name: str
    columns: Sequence[SheetColumn]
    batches: Iterable[pa.Table] = field(repr=False)
    note: str | None = None


def workbook(sheets: Sequence[Sheet]) -> bytes:
    """
    Return the sheets as one XLSX file.

    Text is written as text, whatever it looks like; times are the reader's, as they are handed in.
    """
    content = io.BytesIO()
    options = {"constant_memory": True, "default_date_format": "yyyy-mm-dd hh:mm"}
    with xlsxwriter.Workbook(content, options) as book:
        bold = book.add_format({"bold": True})
        header = book.add_format({"bold": True, "bottom": 1, "text_wrap": True, "valign": "top"})
        for sheet in sheets:
            _write(book, sheet, bold=bold, header=header)
    return content.getvalue()


def _write(book: xlsxwriter.Workbook, sheet: Sheet, *, bold: Format, header: Format) -> None:
    page = book.add_worksheet(sheet.name)
    shapes = [_shape(book, column) for column in sheet.columns]
    for place, column in enumerate(sheet.columns):
        page.set_column(place, place, _width(column))
    top = 0
    if sheet.note:
        page.write_string(0, 0, inert(sheet.note))
        top = 2
    for place, column in enumerate(sheet.columns):
        page.write_string(top, place, column.label, header)
    page.freeze_panes(top + 1, 1)
    row = top + 1
    sums = {place: Decimal(0) for place, column in enumerate(sheet.columns) if column.adds_up}
    for values in _rows(sheet):
        for place, value in enumerate(values):
            _cell(page, row, place, value, shape=shapes[place])
        for place in sums:
            sums[place] += Decimal(str(values[place] or 0))
        row += 1
    if row > top + 1:
        page.autofilter(top, 0, row - 1, len(sheet.columns) - 1)
        _totals(book, page, sheet, sums=sums, top=top + 1, end=row, bold=bold)


def _rows(sheet: Sheet) -> Iterator[tuple[object, ...]]:
    written = 0
    for batch in sheet.batches:
        for values in zip(*(column.to_pylist() for column in batch.columns), strict=True):
            written += 1
            if written > MOST_ROWS:
                raise ValueError(f"sheet {sheet.name} is too long for a spreadsheet")
            yield values


def _cell(page: Worksheet, row: int, place: int, value: object, *, shape: Format | None) -> None:
    if value is None:
        return
    if isinstance(value, datetime):
        page.write_datetime(row, place, value.replace(tzinfo=None), shape)
    elif isinstance(value, bool):
        page.write_string(row, place, "Yes" if value else "No")
    elif isinstance(value, str):
        page.write_string(row, place, inert(value)[:LONGEST_TEXT])
    else:
        page.write_number(row, place, value, shape)


def _totals(
    book: xlsxwriter.Workbook,
    page: Worksheet,
    sheet: Sheet,
    *,
    sums: Mapping[int, Decimal],
    top: int,
    end: int,
    bold: Format,
) -> None:
    """Sums of what the spreadsheet's own filter leaves, and their values until it counts anew."""
    if not sums:
        return
    if 0 not in sums:
        page.write_string(end, 0, "Total", bold)
    for place, value in sums.items():
        letter = xl_col_to_name(place)
        formula = f"=SUBTOTAL(109,{letter}{top + 1}:{letter}{end})"
        shape = {"bold": True, "top": 1, "num_format": _format(sheet.columns[place])}
        page.write_formula(end, place, formula, book.add_format(shape), float(value))


def _shape(book: xlsxwriter.Workbook, column: SheetColumn) -> Format | None:
    shape = _format(column)
    return book.add_format({"num_format": shape}) if shape else None


def _format(column: SheetColumn) -> str:
    decimals = "." + "0" * column.digits if column.digits else ""
    shapes = {
        Cell.COUNT: "#,##0",
        Cell.NUMBER: "#,##0.0",
        Cell.SHARE: "0.0%",
        Cell.MONEY: f"#,##0{decimals}",
        Cell.INSTANT: "yyyy-mm-dd hh:mm",
    }
    return shapes.get(column.cell, "")


def _width(column: SheetColumn) -> int:
    widest = {Cell.TEXT: 24, Cell.INSTANT: 17, Cell.MONEY: 15}
    return max(widest.get(column.cell, 10), min(len(column.label) + 2, 40))
