"""What no search finds: the sweep reads it, the hints name it, and what is gone is noticed."""

from contextlib import ExitStack
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from orchestration.assets.census import DELETED, ORDERS, land_census, land_deletions
from orchestration.assets.landed import Landing
from orchestration.extract.errors import StopError
from orchestration.extract.streams import STREAMS, System, read_query
from orchestration.landing import resume_at, return_ids_to_read
from orchestration.landing.hints import Hints
from orchestration.landing.ids import newest
from orchestration.landing.sessions import connect
from orchestration.resources.settings import read_stores
from orchestration.resources.shopify import open_store
from orchestration.sandbox.server import serve

SCENARIOS = Path(__file__).parents[1] / "scenarios"
AT = datetime(2026, 6, 1, tzinfo=UTC)
RETURNS = STREAMS[System.SHOPIFY, "returns"]
HOUR = timedelta(hours=1)


class Shop:
    """A store, its landing, and runs of both."""

    def __init__(self, folder, running, **settings):
        env = running.environment | settings
        (self.settings,) = (store for store in read_stores(env) if store.key == "us")
        self.books = running.storefront.books
        self.home, self.runs = folder, 0
        self.last = None

    @property
    def root(self):
        return self.home / "landing"

    def run(self, *, sweeps=True):
        self.runs += 1
        landing = Landing(self.root, f"run-{self.runs}", AT + self.runs * HOUR)
        with open_store(self.settings) as client:
            landing.changed(ORDERS, client.pages, source="us")
            if sweeps:
                self.last = land_census(landing, client, store="us", home=self.home)
                land_deletions(landing, client, store="us")
            ids = return_ids_to_read(self.root, "us", run_id=landing.run_id)
            landing.land(RETURNS, client.records_by_id(RETURNS, ids), source="us", since=None)

    def landed(self, stream, column="id"):
        with connect() as connection:
            rows = connection.execute(
                f"select id, {column} from ({newest(self.root, 'us', stream)})"
            ).fetchall()
        return dict(rows)

    def orders(self):
        return sorted(self.books.of_kind("us", "Order"), key=lambda order: order["updatedAt"])

    def some(self, kind, **fields):
        return next(
            record
            for record in self.books.of_kind("us", kind)
            if all(record[name] == value for name, value in fields.items())
        )


@pytest.fixture
def shop(tmp_path):
    with ExitStack() as opened:

        def make(**settings):
            serving = serve(tmp_path / "sandbox", sorted(SCENARIOS.glob("*.yaml")))
            return Shop(tmp_path, opened.enter_context(serving), **settings)

        yield make


def test_an_order_that_changed_behind_the_watermark_is_found(shop):
    shop = shop()
    shop.run()
    oldest = shop.orders()[0]
    later = datetime.fromisoformat(oldest["updatedAt"]) + timedelta(minutes=1)
    shop.books.replace("us", oldest | {"updatedAt": f"{later:%Y-%m-%dT%H:%M:%SZ}"})

    shop.run(sweeps=False)
    assert shop.landed(ORDERS, '"updatedAt"')[oldest["id"]] < later
    shop.run()
    assert shop.landed(ORDERS, '"updatedAt"')[oldest["id"]] == later


def test_a_return_that_did_not_move_its_order_is_found(shop):
    shop = shop()
    shop.run()
    order = shop.orders()[0]
    new = shop.some("Return") | {"id": "gid://shopify/Return/77", "order": {"$ref": order["id"]}}
    shop.books.replace("us", new)
    shop.books.replace("us", order | {"returns": [*order["returns"], {"$ref": new["id"]}]})

    shop.run(sweeps=False)
    assert new["id"] not in shop.landed(RETURNS)
    shop.run()
    assert new["id"] in shop.landed(RETURNS)


def test_a_closed_return_that_is_open_again_is_found(shop):
    shop = shop()
    shop.run()
    closed = shop.some("Return", status="CLOSED")
    shop.books.replace("us", closed | {"status": "OPEN"})

    shop.run(sweeps=False)
    assert shop.landed(RETURNS, "status")[closed["id"]] == "CLOSED"
    shop.run()
    assert shop.landed(RETURNS, "status")[closed["id"]] == "OPEN"


def test_where_nothing_differs_nothing_is_read_again(shop):
    shop = shop()
    shop.run()
    shop.run()

    assert [batch.stream for batch in shop.last] == ["order_census"]


def test_slices_go_round_all_orders(shop):
    shop = shop(SHOPIFY_SWEEP_ORDERS="4")
    met = []
    for _ in range(2 * len(shop.orders()) // 4 + 3):
        shop.run()
        batch = shop.last[0]
        with connect() as connection:
            file = batch.folder(shop.root) / "rows.parquet"
            met += [row[0] for row in connection.execute(f"select id from '{file}'").fetchall()]

    assert {met.count(order["id"]) for order in shop.orders()} <= {2, 3}


def test_a_sweep_never_moves_the_watermark(shop):
    shop = shop()
    shop.run()
    before = resume_at(shop.root, ORDERS, "us", overlap=HOUR)
    for order in shop.orders()[:3]:
        shop.books.replace("us", order | {"updatedAt": "2026-05-31T00:00:00Z"})
    with open_store(shop.settings) as client:
        landing = Landing(shop.root, "run-x", AT + 5 * HOUR)
        land_census(landing, client, store="us", home=shop.home)

    assert resume_at(shop.root, ORDERS, "us", overlap=HOUR) == before


def test_a_deleted_order_is_noticed_once_and_its_rows_stay(shop):
    shop = shop()
    shop.run()
    gone = shop.orders()[1]["id"]
    shop.books.delete("us", gone)

    shop.run()
    shop.run()

    assert list(shop.landed(DELETED)) == [gone]
    assert gone in shop.landed(ORDERS)


def test_an_order_that_the_search_hides_is_not_taken_for_deleted(shop, monkeypatch):
    shop = shop()
    shop.run()
    hidden = shop.orders()[0]["id"]
    of_kind = shop.books.of_kind
    monkeypatch.setattr(
        shop.books,
        "of_kind",
        lambda store, kind: [r for r in of_kind(store, kind) if r["id"] != hidden],
    )

    shop.run()

    assert shop.landed(DELETED) == {}


def test_what_a_hint_names_is_read_again_and_then_forgotten(shop):
    shop = shop(SHOPIFY_SWEEP_ORDERS="1")
    shop.run()
    order, closed = shop.orders()[0], shop.some("Return", status="CLOSED")
    shop.books.replace("us", closed | {"status": "OPEN"})
    hints = Hints.of(shop.home)
    hints.add("us", "e1", [order["id"], closed["id"]], now=AT)

    shop.run()

    assert shop.landed(RETURNS, "status")[closed["id"]] == "OPEN"
    assert {batch.stream for batch in shop.last} >= {"orders", "returns"}
    assert hints.waiting("us").ids == ()


def test_an_order_read_by_its_id_that_does_not_fit_is_read_so_until_it_does(shop):
    shop = shop(SHOPIFY_SWEEP_ORDERS="1")
    shop.run()
    order = shop.orders()[0]
    too_fine = {"amount": "1.1234567", "currencyCode": "USD"}
    bag = {"shopMoney": too_fine, "presentmentMoney": too_fine}
    shop.books.replace("us", order | {"totalRefundedSet": bag})
    Hints.of(shop.home).add("us", "e1", [order["id"]], now=AT)

    for _ in range(2):
        shop.run()
        assert [batch.rejects for batch in shop.last if batch.stream == "orders"] == [1]
    shop.books.replace("us", order)
    shop.run()
    assert [(batch.rejects, batch.rows) for batch in shop.last if batch.stream == "orders"] == [
        (0, 1)
    ]
    shop.run()
    assert "orders" not in {batch.stream for batch in shop.last}


def test_a_hint_waits_until_its_record_could_be_read(shop):
    shop = shop()
    shop.run()
    hints = Hints.of(shop.home)
    hints.add("us", "e1", [shop.orders()[0]["id"]], now=AT)
    settings = shop.settings
    shop.settings = replace(settings, access_token="shpat_revoked")  # noqa: S106 - of no store

    with pytest.raises(StopError):
        shop.run()
    assert len(hints.waiting("us").ids) == 1

    shop.settings = settings
    shop.run()
    assert hints.waiting("us").ids == ()


def test_orders_by_id_have_the_fields_of_their_pages():
    pages, by_id = (
        read_query(System.SHOPIFY, name) for name in ("orders.graphql", "orders_by_id.graphql")
    )

    assert pages.partition("fragment ")[2] == by_id.partition("fragment ")[2]
