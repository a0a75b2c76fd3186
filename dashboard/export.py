"""A shown table as a file that a spreadsheet opens without running anything."""

import csv
import io
from datetime import datetime

import pyarrow as pa

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n")


def inert(text: str) -> str:
    """Return text that no spreadsheet takes for a formula; whatever else it is stays as it is."""
    return f"'{text}" if text.startswith(FORMULA_STARTS) else text


def csv_bytes(table: pa.Table) -> bytes:
    """Return the table as CSV that spreadsheets read as UTF-8; numbers stay numbers."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(table.column_names)
    for row in zip(*(column.to_pylist() for column in table.columns), strict=True):
        writer.writerow([_cell(value) for value in row])
    return text.getvalue().encode("utf-8-sig")


def _cell(value: object) -> object:
    if isinstance(value, str):
        return inert(value)
    if isinstance(value, datetime):
        return value.isoformat(sep=" ", timespec="seconds")
    return value
