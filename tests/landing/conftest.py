"""Answers as sources give them, and a root to land them under."""

import json
from datetime import UTC, datetime

import duckdb
import pytest

from orchestration.extract.streams import STREAMS, System
from orchestration.landing import create_source_views, land

READ_AT = datetime(2026, 3, 20, 6, 0, tzinfo=UTC)


@pytest.fixture
def root(tmp_path):
    return tmp_path / "landing"


@pytest.fixture
def landed(root):
    """Return a function that lands records of a stream, by the stream's name."""
    return landing_into(root)


def landing_into(root):
    """Return a function that lands records of a stream under a root, by the stream's name."""

    def make(name, *records, system=System.SHOPIFY, **options):
        stream = STREAMS[system, name]
        usual = {"source": "us", "run_id": "run-1", "extracted_at": READ_AT, "since": None}
        options = usual | options
        answers = options.pop("answers", None) or [answer_of(stream, records)]
        return land(root, stream, answers, **options)

    make.root = root
    return make


@pytest.fixture
def query(root):
    """Return a function that asks the views over everything committed."""

    def ask(sql):
        with duckdb.connect() as connection:
            connection.execute("set timezone = 'UTC'")
            create_source_views(connection, root)
            return connection.execute(sql).fetchall()

    return ask


def answer_of(stream, records):
    """Return an answer with these records; the storefront names every field, also an empty one."""
    is_erp = stream.system is System.NETSUITE
    empty = {} if is_erp else dict.fromkeys(stream.columns)
    value = [empty | record if isinstance(record, dict) else record for record in records]
    for name in reversed(stream.records):
        value = {name: value}
    return json.dumps(value).encode()
