"""What a spreadsheet makes of the files: text stays text, numbers stay numbers."""

import csv
import io
from datetime import UTC, datetime
from decimal import Decimal

import openpyxl
import pyarrow as pa
import pytest

from dashboard.export import csv_bytes, inert
from dashboard.workbook import Cell, Sheet, SheetColumn, workbook

TRIGGERS = ["=1+1", "+1", "-1", "@SUM(A1)", "\tx", "\rx", "\nx"]
TRIGGERS += ["\uff1d1", "\uff0b1", "\uff0d1", "\uff20x"]  # the same in full width
BEFORE = ["", "a,", 'say "']
COLUMNS = (
    SheetColumn("Return"),
    SheetColumn("Units", Cell.COUNT, adds_up=True),
    SheetColumn("Money", Cell.MONEY, adds_up=True),
    SheetColumn("When", Cell.INSTANT),
)


def sheet(rows, **said):
    table = pa.table(
        {
            "Return": pa.array([row[0] for row in rows], pa.string()),
            "Units": pa.array([row[1] for row in rows], pa.int64()),
            "Money": pa.array([row[2] for row in rows], pa.decimal128(38, 2)),
            "When": pa.array([row[3] for row in rows], pa.timestamp("s", tz="Europe/Amsterdam")),
        }
    )
    content = workbook([Sheet("Rows", COLUMNS, [table], **said)])
    return openpyxl.load_workbook(io.BytesIO(content))["Rows"]


@pytest.mark.parametrize("trigger", TRIGGERS)
@pytest.mark.parametrize("before", BEFORE)
def test_text_is_text_to_a_workbook_wherever_a_formula_could_begin(before, trigger):
    (cell, *_) = list(sheet([(before + trigger, 1, Decimal(1), None)]).rows)[1]
    assert cell.data_type == "s"
    assert f"{before}'" in cell.value


@pytest.mark.parametrize("trigger", TRIGGERS)
@pytest.mark.parametrize("before", BEFORE)
def test_no_field_of_a_csv_begins_a_formula_whatever_parts_it(before, trigger):
    text = csv_bytes(pa.table({"Name": [before + trigger]})).decode("utf-8-sig")
    for delimiter in (",", ";", "\t", "|"):
        for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter):
            assert not any(field.lstrip('"').startswith(trigger) for field in row)


def test_a_negative_amount_stays_a_number_and_adds_up():
    moment = datetime(2026, 3, 5, 13, tzinfo=UTC)
    found = sheet([("#1", 2, Decimal("-12.50"), moment), ("#2", 3, Decimal("2.25"), moment)])
    rows = list(found.iter_rows(min_row=2))
    assert [row[2].value for row in rows[:2]] == [-12.5, 2.25]
    assert all(row[2].data_type == "n" for row in rows[:2])
    assert rows[2][1].value == "=SUBTOTAL(109,B2:B3)"
    assert rows[2][0].value == "Total"


def test_times_are_the_readers_and_the_header_stays_in_sight():
    found = sheet([("#1", 1, Decimal(1), datetime(2026, 3, 5, 13, tzinfo=UTC))])
    assert found["D2"].value == datetime(2026, 3, 5, 14)  # noqa: DTZ001 - a cell has no zone
    assert found.freeze_panes == "B2"


def test_a_note_stands_above_the_header():
    found = sheet([("#1", 1, Decimal(1), None)], note="Publication p")
    assert found["A1"].value == "Publication p"
    assert found["A3"].value == "Return"


def test_ordinary_text_is_left_as_it_is():
    for text in ("Refund-only", "a - b", "#1001-R1", "tax; shipping", "x=y"):
        assert inert(text) == text
