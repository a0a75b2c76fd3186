"""What a change can reach is found however much has landed."""

from datetime import UTC, datetime, timedelta

import duckdb
import pytest

from orchestration.assets.closure import find_changed_records
from orchestration.assets.landed_batches import News
from orchestration.extract.streams import System

NOON = datetime(2026, 3, 20, 12, tzinfo=UTC)
# More rows than the engine writes as one group, in a single statement.
RETURNS = 150_000
FIRST, SECOND = ("shopify", "returns", "us", "first"), ("shopify", "returns", "us", "second")


class Landed:
    """A landing with these extractions of returns, each of its own order."""

    batches = ()

    def __init__(self, folder, **numbers):
        self._rows = f"read_parquet('{folder}/*.parquet')"
        for batch, some in numbers.items():
            duckdb.sql(f"""
                copy (
                    select 'return/' || i as id, '#' || i as name,
                        {{'id': 'order/' || i}} as "order",
                        null::timestamptz as createdAt, null::timestamptz as requestApprovedAt,
                        null::timestamptz as closedAt, 'us' as _store, '{batch}' as _batch_id
                    from range({some.start}, {some.stop}) as numbers(i)
                ) to '{folder}/{batch}.parquet'
            """)

    def beside(self, known):
        return News((), frozenset({FIRST, SECOND} - known), frozenset())

    def rows_of(self, _):
        return {(System.SHOPIFY, "returns"): f"select * from {self._rows}"}


@pytest.fixture
def connection():
    with duckdb.connect() as connection:
        connection.execute("create schema builds; create schema changed")
        yield connection


def test_the_order_of_one_of_very_many_returns_is_reached(connection, tmp_path):
    landed = Landed(tmp_path, first=range(RETURNS), second=range(7, 8))
    new = News((), frozenset({SECOND}), frozenset())

    find_changed_records(connection, landed, new=new, after=NOON, until=NOON + timedelta(hours=1))

    found = connection.execute("select record_id from changed._records order by 1").fetchall()
    assert found == [("order/7",), ("return/7",), ("text:#7",), ("text:7",), ("text:return/7",)]
    [(links,)] = connection.execute("select count(distinct other_id) from builds.links").fetchall()
    assert links == 5 * RETURNS
