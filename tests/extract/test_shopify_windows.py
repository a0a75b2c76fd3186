"""Many windows of a store at once: nothing is lost, the bucket is used and not overdrawn."""

import json
import os
import random
import threading
import time
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from itertools import count

import httpx
import pytest

from orchestration.extract.http import Clock
from orchestration.extract.shopify import AccessTokenAuth, ShopifyClient
from orchestration.extract.shopify.envelope import Cost, ThrottleStatus
from orchestration.extract.shopify.pace import Pace
from orchestration.extract.shopify.windows import Window
from orchestration.extract.streams import STREAMS, System
from orchestration.sandbox.server import serve
from orchestration.sandbox.source import BusinessSource
from orchestration.sandbox.storefront_limits import Limits

ORDERS = STREAMS[System.SHOPIFY, "orders"]
START = datetime(2026, 3, 1, tzinfo=UTC)
SMALL_PAGES = {"orders": 2, "locations": 100}
OVERLAP = timedelta(hours=1)
# `make soak` walks through two hundred stores that move.
WALKS = int(os.environ.get("RETURNS_RUNS", "6"))


class Counting(httpx.HTTPTransport):
    """The wire; counts the requests on it at once, and may do something before each."""

    def __init__(self, before=lambda: None):
        super().__init__(retries=0)
        self.before, self.lock = before, threading.Lock()
        self.requests = self.now = self.most = 0

    def handle_request(self, request):
        with self.lock:
            self.before()
            self.requests += 1
            self.now += 1
            self.most = max(self.most, self.now)
        try:
            response = super().handle_request(request)
            response.read()
            return response
        finally:
            with self.lock:
                self.now -= 1


@pytest.fixture(scope="module")
def source():
    return BusinessSource(120, 7, START)


@pytest.fixture
def shop(tmp_path, source):
    """Return a function that serves a shop with limits, and clients of it."""
    opened = []

    def make(**limits):
        serving = serve(tmp_path / f"{len(opened)}", source, limits=Limits(**limits))
        opened.append(serving)
        return serving.__enter__()

    yield make
    for serving in opened:
        serving.__exit__(None, None, None)


@pytest.fixture
def client_of():
    with ExitStack() as opened:

        def make(running, *, width, transport=None, **options):
            http = httpx.Client(
                base_url=running.environment["SHOPIFY_US_URL"],
                auth=AccessTokenAuth(running.environment["SHOPIFY_US_ACCESS_TOKEN"]),
                transport=transport or Counting(),
                timeout=60,
            )
            opened.enter_context(http)
            return ShopifyClient(
                http,
                api_version="2026-07",
                source="store us",
                width=width,
                sizes=SMALL_PAGES,
                **options,
            )

        yield make


def records(pages):
    return [record for page in pages for record in json.loads(page)["data"]["orders"]["nodes"]]


def newest(found):
    by_id = {}
    for record in found:
        if record["updatedAt"] >= by_id.get(record["id"], record)["updatedAt"]:
            by_id[record["id"]] = record
    return by_id


def test_windows_side_by_side_hold_what_one_walk_holds(shop, client_of):
    running = shop()
    one = records(client_of(running, width=1).pages(ORDERS, since=None))
    many = records(client_of(running, width=8).pages(ORDERS, since=None))

    assert len(newest(one)) == len(running.storefront.books.of_kind("us", "Order")) > 50
    assert newest(many) == newest(one)


def test_eight_requests_are_on_their_way_where_answers_take_a_tenth_of_a_second(shop, client_of):
    running = shop(latency_seconds=0.1)
    seconds, most = {}, {}
    for width in (1, 8):
        wire = Counting()
        began = time.monotonic()
        list(client_of(running, width=width, transport=wire).pages(ORDERS, since=None))
        seconds[width], most[width] = time.monotonic() - began, wire.most

    assert most == {1: 1, 8: 8}
    assert seconds[8] < seconds[1] / 2


def test_a_small_bucket_is_used_as_it_is_restored_and_hardly_ever_overdrawn(shop, client_of):
    running = shop(size=600, restore_rate=3000)
    wire = Counting()
    found = records(client_of(running, width=8, transport=wire).pages(ORDERS, since=None))

    assert len(newest(found)) == len(running.storefront.books.of_kind("us", "Order"))
    assert running.storefront.buckets.throttled["us"] <= wire.requests * 0.1


def test_a_long_pull_says_how_far_it_has_come(shop, client_of):
    running = shop()
    told, now = [], count(step=11)
    clock = Clock(ticks=lambda: float(next(now)))
    client = client_of(running, width=2, tell=told.append, clock=clock)

    found = records(client.pages(ORDERS, since=None))

    assert len(told) > 3
    assert f"of about {len(newest(found))} in" in told[1]


@pytest.mark.parametrize("seed", range(WALKS))
def test_orders_that_change_while_they_are_read_are_read_now_or_next_time(shop, client_of, seed):
    draw = random.Random(seed)  # noqa: S311 - a test's
    print(f"seed {seed}")
    running = shop()
    books, clock = running.storefront.books, [START]

    def change():
        clock[0] += timedelta(seconds=draw.choice([0, 1, 600]))
        for order in draw.sample(books.of_kind("us", "Order"), 2):
            stamp = clock[0].isoformat().replace("+00:00", "Z")
            books.replace("us", order | {"updatedAt": stamp, "note": f"{draw.random()}"})

    client = client_of(running, width=draw.choice([1, 4, 8]), transport=Counting(before=change))
    found = records(client.pages(ORDERS, since=None))
    last = max(datetime.fromisoformat(record["updatedAt"]) for record in found)
    found += records(client_of(running, width=1).pages(ORDERS, since=last - OVERLAP))

    expected = {order["id"]: order["updatedAt"] for order in books.of_kind("us", "Order")}
    assert {name: record["updatedAt"] for name, record in newest(found).items()} == expected


def test_a_window_splits_into_windows_that_cover_it():
    whole = Window(START, START + timedelta(seconds=10))
    parts = list(whole.split(4))

    assert [part.start for part in parts[1:]] == [part.end for part in parts[:-1]]
    assert (parts[0].start, parts[-1].end) == (whole.start, whole.end)
    assert list(Window(START, START + timedelta(seconds=1)).split(8)) == [
        Window(START, START + timedelta(seconds=1))
    ]
    assert whole.search("updated_at") == (
        "updated_at:>='2026-03-01T00:00:00Z' updated_at:<'2026-03-01T00:00:10Z'"
    )


def test_points_on_their_way_are_spent_points(time):
    pace = Pace(time.clock)
    bucket = ThrottleStatus(available=500, restore_rate=100, maximum=1000)
    pace.learn("orders", Cost(requested=300, throttle=bucket))

    with pace.turn("orders"), pace.turn("orders"):
        pass

    assert time.slept == [pytest.approx(1)]
