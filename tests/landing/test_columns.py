"""Arrow reads of records what DuckDB reads of them, to the digit, or it says that it cannot."""

from itertools import product

import duckdb
import pyarrow as pa
import pytest

from orchestration.extract.streams import STREAMS, System
from orchestration.landing.columns import Columns
from orchestration.landing.reading import select_from_records

KINDS = (
    "VARCHAR",
    "BIGINT",
    "INTEGER",
    "DECIMAL(20, 4)",
    "DECIMAL(20, 5)",
    "DECIMAL(12, 8)",
    "DECIMAL(24, 10)",
    "DATE",
    "TIMESTAMPTZ",
    "BOOLEAN",
    "VARCHAR[]",
    'STRUCT("a" INTEGER, "b" VARCHAR)',
    'STRUCT("a" DECIMAL(20, 4))[]',
    'STRUCT("a" TIMESTAMPTZ)',
    'STRUCT("a" DECIMAL(12, 8))',
)
NUMBERS = """
    1 -1 -0 -0.0 1.0 1.5 12.34567 1e2 1E-3 0.123456789012 12345678901.1234 123456789012345678901
    1e400 +1 01 .5 1. 0x10 1_000 NaN inf 1e-30 12.3456 12.34560000 1.234567890123456789
    12345678901234567 9999999999999999.9999 1234567890.123456789 0.00000000001 2147483648
    9223372036854775807 9223372036854775808
"""
TEXTS = (
    *("", " ", " 1", "abc", "true", "T", "null", "infinity", "epoch"),
    *("2026-01-02", "2026-1-2", "20260102", "1/2/2026", "2026-02-30", "0001-01-01", "9999-12-31"),
    *("2026-01-02T03:04:05Z", "2026-01-02T03:04:05", "2026-01-02 03:04:05"),
    *("2026-01-02T03:04:05.5Z", "2026-01-02T03:04:05.123456Z", "2026-01-02T03:04:05.123456789Z"),
    *("2026-01-02T03:04:05+02:00", "2026-01-02 03:04:05+00", "2026-01-02T03:04Z"),
    *("2026-01-02T24:00:00Z", "2026-01-02T03:04:60Z", "9999-12-31T00:00:00Z"),
    *(r"\u0000x", r"\ud800", r"\ud83d\ude00", "é", r"a\nb\t\"q\\"),
)
OTHERS = (
    *("true", "false", "null", "[]", "[1]", '["a"]', "[null]", '["a",null]', "{}"),
    *('{"a":1}', '{"a":"1"}', '{"a":1.5}', '{"a":"1.5"}', '{"a":null}', '{"b":"x","c":[{}]}'),
    *('{"a":1,"a":2}', '[{"a":1.23456}]', '[{"a":"1.2345"},{}]', '[{"a":1},null]'),
    *('{"a":"2026-01-02T03:04:05Z"}', '{"a":0.123456789}', '{"a":0.065}'),
)
AS_TEXT = (f'"{text}"' for text in (*NUMBERS.split(), *TEXTS))
VALUES = (*NUMBERS.split(), *AS_TEXT, *OTHERS)


@pytest.fixture(scope="module")
def connection():
    with duckdb.connect(config={"threads": 1}) as opened:
        opened.execute("set timezone = 'UTC'")
        yield opened


def read(connection, declared, records):
    """Return the rows as Arrow reads and DuckDB casts them; None where either cannot."""
    columns = Columns(declared)
    schema = columns.schema(connection)
    try:
        batches = columns.read(records, schema).to_batches()
        connection.register("arriving", pa.RecordBatchReader.from_batches(schema, batches))
        return connection.execute(columns.select_from("arriving")).fetchall()
    except (pa.ArrowException, duckdb.Error):
        return None


def looked_at_apart(connection, declared, records, file):
    """Return the rows as DuckDB alone reads them; None where it cannot."""
    file.write_bytes(records)
    select = select_from_records(file, declared, longest_line=len(records))
    try:
        return connection.execute(select).fetchall()
    except duckdb.Error:
        return None


def test_each_value_of_each_kind_is_read_alike_or_left_to_be_looked_at_apart(connection, tmp_path):
    were_read = 0
    for kind, value in product(KINDS, VALUES):
        declared, record = {"x": kind}, f'{{"x":{value},"y":1}}'.encode()
        found = read(connection, declared, [record])
        if found is not None:
            were_read += 1
            apart = looked_at_apart(connection, declared, record, tmp_path / "record.jsonl")
            assert found == apart, f"{kind} {value}"

    assert were_read > len(KINDS) * len(VALUES) / 10


def test_numbers_that_the_erp_writes_as_text_are_read_as_they_come(connection):
    lines = STREAMS[System.NETSUITE, "transaction_lines"]
    record = b'{"transaction":"12","id":"3","quantity":"-2","rate":"7.123456789012345"}'

    (row,) = read(connection, lines.columns, [record]) or [None]

    found = dict(zip(lines.columns, row, strict=True))
    assert [str(found[name]) for name in ("transaction", "id", "quantity", "rate")] == [
        "12",
        "3",
        "-2.00000",
        "7.1234567890",
    ]


@pytest.mark.parametrize(
    "record", [b"null", b'"text"', b"[1]", b"1", b'{"x":"\xff"}', b'{"x":"a","x":"b"}']
)
def test_what_is_no_record_is_not_read(connection, record):
    assert read(connection, {"x": "VARCHAR"}, [b'{"x":"a"}', record]) is None
