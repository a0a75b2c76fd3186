"""When a build may leave what did not change as it stands."""

import json
from datetime import UTC, datetime, timedelta

import duckdb
import pytest

from orchestration.assets.builds import begin, build_of, end
from orchestration.assets.landed_batches import LandedBatches
from orchestration.extract.streams import STREAMS, System
from orchestration.landing import create_source_views, land

ORDERS = STREAMS[System.SHOPIFY, "orders"]
NOON = datetime(2026, 3, 20, 12, tzinfo=UTC)
ORDER_COUNT = 40


class Warehouse:
    """A warehouse over a landing that grows."""

    def __init__(self, folder):
        self.landing = folder / "landing"
        self.connection = duckdb.connect(folder / "warehouse.duckdb")

    def land(self, *numbers, at=NOON, placed_at=NOON - timedelta(days=9)):
        orders = [
            dict.fromkeys(ORDERS.columns)
            | {
                "id": f"gid://shopify/Order/{number}",
                "name": f"#{number}",
                "createdAt": f"{placed_at}",
            }
            for number in numbers
        ]
        land(
            self.landing,
            ORDERS,
            [json.dumps({"data": {"orders": {"nodes": orders}}}).encode()],
            source="us",
            run_id="run",
            extracted_at=at,
            since=None,
        )

    def begin(self, *, as_of=NOON, recipe="one", everything=False):
        self.batches = create_source_views(self.connection, self.landing)
        self.build = build_of(self.batches, as_of=as_of, recipe=recipe)
        landed = LandedBatches(self.landing, self.batches)
        return begin(self.connection, self.build, landed, everything=everything)

    def end(self):
        end(self.connection, self.build)

    def changed(self):
        rows = self.connection.execute("select record_id from changed._records").fetchall()
        return {record.rpartition("/")[2] for (record,) in rows if record.startswith("gid:")}


@pytest.fixture
def warehouse(tmp_path):
    """A warehouse that was built once, over forty orders."""
    warehouse = Warehouse(tmp_path)
    warehouse.land(*range(ORDER_COUNT))
    assert not warehouse.begin()
    warehouse.end()
    yield warehouse
    warehouse.connection.close()


def test_where_nothing_changed_nothing_is_built_anew(warehouse):
    assert warehouse.begin()
    assert warehouse.changed() == set()


def test_what_landed_since_is_what_changed(warehouse):
    warehouse.land(7, 1000, at=NOON + timedelta(hours=1))

    assert warehouse.begin(as_of=NOON + timedelta(hours=1))
    assert warehouse.changed() == {"7", "1000"}


def test_what_is_read_again_every_hour_is_linked_once(warehouse):
    def kept(table):
        return warehouse.connection.execute(f"select count(*) from builds.{table}").fetchall()

    counts = []
    for hour in range(1, 5):
        at = NOON + timedelta(hours=hour)
        warehouse.land(7, 8, at=at, placed_at=NOON + timedelta(days=99))
        assert warehouse.begin(as_of=at)
        assert warehouse.changed() == {"7", "8"}
        counts.append((kept("links"), kept("moments")))
        warehouse.end()

    assert counts == counts[:1] * 4
    assert counts[0][1] == [(2,)]


def land_list(warehouse, name, *records, at):
    land(
        warehouse.landing,
        STREAMS[System.NETSUITE, name],
        [json.dumps({"items": records}).encode()],
        source="netsuite",
        run_id="run",
        extracted_at=at,
        since=None,
    )


@pytest.mark.parametrize("name", ["document_ids", "inspection_ids", "stock_move_ids"])
def test_what_a_list_of_every_record_leaves_out_is_gone_once_the_clock_has_come_to_it(
    warehouse, name
):
    listed = NOON + timedelta(seconds=5)
    land_list(warehouse, name, {"id": 8, "type": "CustCred"}, at=listed)

    assert not warehouse.begin(as_of=NOON)
    warehouse.end()
    assert not warehouse.begin(as_of=listed)
    warehouse.end()
    assert warehouse.begin(as_of=listed + timedelta(hours=1))


def test_a_list_that_names_nothing_takes_nothing_away(warehouse):
    land_list(warehouse, "inspection_ids", at=NOON)

    assert warehouse.begin(as_of=NOON + timedelta(hours=1))


def test_a_record_that_the_clock_has_reached_is_a_change(warehouse):
    warehouse.land(1000, placed_at=NOON + timedelta(days=2))
    warehouse.begin()
    warehouse.end()

    assert warehouse.begin(as_of=NOON + timedelta(days=1))
    assert warehouse.changed() == set()
    warehouse.end()
    assert warehouse.begin(as_of=NOON + timedelta(days=2))
    assert warehouse.changed() == {"1000"}


def test_a_clock_that_was_set_back_reaches_a_record_once_more(warehouse):
    warehouse.land(1000, placed_at=NOON + timedelta(days=2))
    for days in (1, 3, 4, 1):
        is_of_changes = warehouse.begin(as_of=NOON + timedelta(days=days))
        warehouse.end()
    assert not is_of_changes

    assert warehouse.begin(as_of=NOON + timedelta(days=2))
    assert warehouse.changed() == {"1000"}


def test_two_orders_of_one_name_are_told_apart_together(warehouse):
    warehouse.land(7, at=NOON + timedelta(hours=1))
    warehouse.begin()
    warehouse.end()
    named = {"id": "gid://shopify/Order/2007", "name": "#7", "createdAt": f"{NOON}"}
    other = [dict.fromkeys(ORDERS.columns) | named]
    land(
        warehouse.landing,
        ORDERS,
        [json.dumps({"data": {"orders": {"nodes": other}}}).encode()],
        source="uk",
        run_id="run",
        extracted_at=NOON,
        since=None,
    )

    assert warehouse.begin()
    assert warehouse.changed() == {"7", "2007"}


def test_a_build_that_did_not_end_is_followed_by_one_of_everything(warehouse):
    assert warehouse.begin()

    assert not warehouse.begin()


@pytest.mark.parametrize(
    "otherwise",
    [{"recipe": "two"}, {"as_of": NOON - timedelta(hours=1)}, {"everything": True}],
    ids=["other models", "an earlier clock", "asked for"],
)
def test_everything_is_built_where_the_last_build_says_too_little(warehouse, otherwise):
    assert not warehouse.begin(**otherwise)


def test_everything_is_built_where_a_batch_is_gone(warehouse):
    warehouse.land(7, at=NOON + timedelta(hours=1))
    warehouse.begin()
    warehouse.end()
    newest = max(warehouse.batches, key=lambda batch: batch.extracted_at)
    (newest.folder(warehouse.landing) / "manifest.json").unlink()

    assert not warehouse.begin()


def test_everything_is_built_where_most_of_it_changed(warehouse):
    warehouse.land(*range(ORDER_COUNT // 2), at=NOON + timedelta(hours=1))

    assert not warehouse.begin(as_of=NOON + timedelta(hours=1))
