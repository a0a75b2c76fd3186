"""Stores are read each for itself: its own way, its own watermark, its own failure."""

import json
from collections import Counter
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import dagster as dg
import pytest

from orchestration.assets.landed import storefront_asset
from orchestration.extract.errors import StopError
from orchestration.extract.streams import STREAMS, System
from orchestration.landing import committed_batches, resume_at
from orchestration.resources import Home

ORDERS = STREAMS[System.SHOPIFY, "orders"]
EMPTY = dict.fromkeys(ORDERS.columns)
NOW = datetime(2026, 3, 20, tzinfo=UTC)


class Store:
    """A store of given orders; remembers since when it was asked, and whether it was exported."""

    sweep_orders = 10

    def __init__(self, *changes, is_large=False, is_frozen=False):
        self.orders = [
            EMPTY | {"id": f"gid://shopify/Order/{n}", "updatedAt": at} for n, at in changes
        ]
        self.is_large, self.is_frozen = is_large, is_frozen
        self.asked, self.exported, self.missing = [], 0, Counter()

    def prefers_export(self, _):
        return self.is_large

    def export(self, _, target):
        self.exported += 1
        kept = EMPTY.keys() - {*ORDERS.bulk.children, *ORDERS.bulk.beside}
        objects = [{name: order[name] for name in kept} for order in self.orders]
        target.write_bytes(b"\n".join(json.dumps(each).encode() for each in objects))
        return NOW

    def records_by_id(self, _, ids):
        yield json.dumps({"data": {"nodes": [EMPTY | {"id": name} for name in ids]}}).encode()

    def pages(self, _, *, since):
        if self.is_frozen:
            raise StopError("the account is frozen: settle it")
        self.asked.append(since)
        yield json.dumps({"data": {"orders": {"nodes": self.orders}}}).encode()


@pytest.fixture
def run(tmp_path, monkeypatch):
    """Return a function that lands the orders of stores once, and the landing's root."""
    monkeypatch.setenv("RETURNS_HOME", str(tmp_path))
    opened = {}

    class Stores(dg.ConfigurableResource):
        @property
        def stores(self):
            return tuple(opened)

        @contextmanager
        def client(self, store, *, tell):  # noqa: ARG002 - the resource's signature
            yield opened[store]

    def land(**stores):
        opened.clear()
        opened.update(stores)
        resources = {"shopify": Stores(), "home": Home()}
        with dg.DagsterInstance.ephemeral() as instance:
            result = dg.materialize(
                [storefront_asset(ORDERS)], resources=resources, instance=instance
            )
        (check,) = result.get_asset_check_evaluations()
        return check

    return land, tmp_path / "landing"


def test_a_store_that_fails_stops_no_other_and_keeps_its_watermark(run):
    land, root = run
    land(us=Store((1, "2026-03-01T00:00:00Z")), uk=Store((1, "2026-03-02T00:00:00Z")))
    uk = Store((2, "2026-03-09T00:00:00Z"))

    check = land(us=Store(is_frozen=True), uk=uk)

    assert not check.passed
    assert check.metadata["stores"].value == {"us": False, "uk": True}
    assert "settle it" in check.metadata["failures"].value["us"]
    overlap = timedelta(0)
    assert resume_at(root, ORDERS, "us", overlap=overlap) == datetime(2026, 3, 1, tzinfo=UTC)
    assert resume_at(root, ORDERS, "uk", overlap=overlap) == datetime(2026, 3, 9, tzinfo=UTC)
    assert uk.asked == [datetime(2026, 3, 1, 23, tzinfo=UTC)]


def test_a_large_store_is_exported_once_and_then_read_by_what_changed(run):
    land, root = run
    large = Store((1, "2026-03-01T00:00:00Z"), (2, "2026-03-02T00:00:00Z"), is_large=True)
    small = Store((3, "2026-03-01T00:00:00Z"))

    land(us=large, uk=small)
    land(us=large, uk=small)

    assert (large.exported, large.asked) == (1, [datetime(2026, 3, 1, 23, tzinfo=UTC)])
    assert (small.exported, small.asked[0]) == (0, None)
    assert [batch.rows for batch in committed_batches(root, ORDERS, source="us")] == [2, 2]
