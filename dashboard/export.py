"""A shown table as a file that a spreadsheet opens without running anything."""

import csv
import io
import re
from collections.abc import Iterable, Sequence
from datetime import datetime

import pyarrow as pa

# Also in full width, and after what a spreadsheet elsewhere may take for the end of a cell.
STARTS_FORMULA = re.compile(r"""(^|[,;|"\t\r\n])(?=[=+\-@\t\r\n\uff1d\uff0b\uff0d\uff20])""")


def inert(text: str) -> str:
    """Return text that no spreadsheet takes for a formula; whatever else it is stays as it is."""
    return STARTS_FORMULA.sub(r"\1'", text)


def csv_bytes(table: pa.Table) -> bytes:
    """Return the table as CSV that spreadsheets read as UTF-8; numbers stay numbers."""
    return csv_of([table], table.column_names)


def csv_of(batches: Iterable[pa.Table], names: Sequence[str]) -> bytes:
    """Return batches of rows as one CSV; of the rows, one batch stands in memory at a time."""
    content = io.BytesIO()
    with io.TextIOWrapper(content, "utf-8-sig", newline="", write_through=True) as text:
        writer = csv.writer(text)
        writer.writerow(names)
        for batch in batches:
            columns = [column.to_pylist() for column in batch.columns]
            for row in zip(*columns, strict=True):
                writer.writerow([_cell(value) for value in row])
        return content.getvalue()


def _cell(value: object) -> object:
    if isinstance(value, str):
        return inert(value)
    if isinstance(value, datetime):
        return value.isoformat(sep=" ", timespec="seconds")
    return value
