"""A first reading by a bulk operation lands what pages land, or nothing and says why."""

import json
import random
import re
import threading
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import duckdb
import httpx
import pytest
from graphql import parse

from orchestration.extract.errors import StopError, UnreadableAnswerError
from orchestration.extract.shopify import AccessTokenAuth, ShopifyClient
from orchestration.extract.streams import STREAMS, System, read_query
from orchestration.landing import exports, land, land_export, resume_at
from orchestration.sandbox.server import serve
from orchestration.sandbox.source import BusinessSource
from orchestration.sandbox.storefront_bulk import Outcome
from orchestration.sandbox.storefront_bulk_rules import bulk_refusals
from orchestration.sandbox.storefront_schema import executable_schema

ORDERS = STREAMS[System.SHOPIFY, "orders"]
ORDERS_AT = {name: place for place, name in enumerate(ORDERS.columns)}
START = datetime(2026, 3, 1, tzinfo=UTC)
OPTIONS = {"source": "us", "run_id": "run-1", "extracted_at": START}


class Now:
    """A sandbox's clock, which a test may turn back."""

    at = START

    def __call__(self):
        return self.at


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    now = Now()
    source = BusinessSource(120, 7, START)
    with serve(tmp_path_factory.mktemp("sandbox"), source, clock=now) as running:
        yield running, now


@pytest.fixture
def running(served):
    running, now = served
    desk = running.storefront.bulk
    desk.operations.clear()
    desk.seconds, desk.taken, desk.next_outcome, now.at = 0.0, 0, Outcome(), START
    return running


@pytest.fixture
def client(running, time):
    with opened(running, time) as client:
        yield client


@contextmanager
def opened(running, time, *, file_transport=None, **options):
    env = running.environment
    auth = AccessTokenAuth(env["SHOPIFY_US_ACCESS_TOKEN"])
    running.storefront.bulk.ticks = lambda: time.seconds
    with (
        httpx.Client(base_url=env["SHOPIFY_US_URL"], auth=auth, timeout=60) as http,
        httpx.Client(transport=file_transport, timeout=60) as files,
    ):
        yield ShopifyClient(
            http,
            files=files,
            bulk_from=1,
            api_version="2026-07",
            source="store us",
            clock=time.clock,
            **options,
        )


def landed(root, batch):
    """The rows of a batch; what stands at the edge of two windows is read with both."""
    columns = ", ".join(f'"{name}"' for name in ORDERS.columns)
    file = batch.folder(root) / "rows.parquet"
    query = f"select distinct {columns} from '{file}' order by id"
    return duckdb.sql(query).fetchall()


def test_both_ways_land_equal_content(client, tmp_path):
    exported = land_export(tmp_path / "bulk", ORDERS, client, **OPTIONS)
    pages = client.pages(ORDERS, since=None)
    paged = land(tmp_path / "pages", ORDERS, pages, since=None, **OPTIONS)

    rows = landed(tmp_path / "pages", paged)
    assert landed(tmp_path / "bulk", exported) == rows
    assert len(rows) == exported.rows > 50
    assert (exported.rejects, paged.rejects) == (0, 0)
    assert any(len(row[ORDERS_AT["lineItems"]]["nodes"]) > 1 for row in rows)
    assert any(row[ORDERS_AT["shippingLines"]]["nodes"] for row in rows)
    assert not list((tmp_path / "bulk").glob("*/*/*/export-*"))


@pytest.mark.parametrize("part_bytes", [2**30, 20_000])
def test_objects_in_any_order_come_to_the_same(client, tmp_path, monkeypatch, part_bytes):
    monkeypatch.setattr(exports, "PART_BYTES", part_bytes)
    in_order = land_export(tmp_path / "a", ORDERS, client, **OPTIONS)
    shuffled = land_export(tmp_path / "b", ORDERS, Shuffled(client), **OPTIONS)

    def sets(root, batch):
        return sorted(map(repr, map(unordered, landed(root, batch))))

    assert sets(tmp_path / "a", in_order) == sets(tmp_path / "b", shuffled)


class Shuffled:
    """An exporter whose file has its lines in no order, some of them twice."""

    def __init__(self, client):
        self.client = client
        self.records_by_id = client.records_by_id

    def export(self, stream, target):
        began = self.client.export(stream, target)
        lines = target.read_bytes().splitlines(keepends=True)
        lines += lines[::7]
        random.Random(3).shuffle(lines)  # noqa: S311 - a test's
        target.write_bytes(b"".join(lines))
        return began


def unordered(row):
    """A row whose connections are sets."""
    return [sorted(map(repr, nodes_of(value))) or value for value in row]


def nodes_of(value):
    return (value.get("nodes") or []) if isinstance(value, dict) else []


@pytest.mark.usefixtures("running")
def test_the_watermark_is_no_later_than_the_start_of_the_operation(client, served, tmp_path):
    _, now = served
    now.at = datetime(2025, 9, 1, tzinfo=UTC)

    batch = land_export(tmp_path, ORDERS, client, **OPTIONS)

    assert batch.cursor_max == now.at
    assert resume_at(tmp_path, ORDERS, "us", overlap=timedelta(hours=1)) < now.at


def test_an_operation_is_waited_for_and_its_progress_told(running, time, tmp_path):
    running.storefront.bulk.seconds = 200
    told = []

    with opened(running, time, tell=told.append) as client:
        client.export(ORDERS, tmp_path / "objects")

    assert 200 <= sum(time.slept) < 260
    assert re.match(r"store us orders: \d+ of about \d+ in", told[0])


def test_an_operation_that_a_killed_run_started_is_taken_over(running, client, tmp_path):
    running.storefront.bulk.seconds = 50
    text = "\n".join(read_query(System.SHOPIFY, "bulk_orders.graphql").splitlines()[1:])
    client.execute(read_query(System.SHOPIFY, "bulk_run.graphql"), {"query": text})

    client.export(ORDERS, tmp_path / "objects")

    assert len(running.storefront.bulk.operations) == 1


class Freeing(list):
    """What was slept; after the third sleep another user of the app gives its slots back."""

    def __init__(self, desk):
        super().__init__()
        self.desk = desk

    def append(self, seconds):
        super().append(seconds)
        self.desk.taken = 5 if len(self) < 3 else 0


def test_a_slot_is_waited_for(running, time, client, tmp_path):
    running.storefront.bulk.taken = 5
    time.slept = Freeing(running.storefront.bulk)

    client.export(ORDERS, tmp_path / "objects")

    assert len(time.slept) == 3


@pytest.mark.parametrize(
    ("outcome", "kind", "says"),
    [
        (Outcome("FAILED", "ACCESS_DENIED"), StopError, "grant the app the scopes"),
        (Outcome("FAILED", "INTERNAL_SERVER_ERROR"), None, ""),
        (Outcome("FAILED", "TIMEOUT"), None, ""),
        (Outcome("CANCELED"), None, ""),
        (Outcome("EXPIRED"), None, ""),
        (Outcome(is_link_dead=True), None, ""),
    ],
    ids=lambda value: str(value),
)
def test_an_operation_that_ends_badly_is_started_anew_or_told(
    running, client, tmp_path, outcome, kind, says
):
    desk = running.storefront.bulk
    desk.next_outcome = outcome
    if kind is None:
        client.export(ORDERS, tmp_path / "objects")
        assert len(desk.operations) == 2
        assert (tmp_path / "objects").read_bytes() == list(desk.operations.values())[-1].body
        return
    with pytest.raises(kind, match=says):
        client.export(ORDERS, tmp_path / "objects")


class Cut(httpx.BaseTransport):
    """Cuts every file, so that its length is announced as it is sent."""

    def __init__(self, size):
        self.size, self.wire = size, httpx.HTTPTransport()

    def handle_request(self, request):
        response = self.wire.handle_request(request)
        body = response.read()
        size = self.size(body)
        return httpx.Response(response.status_code, content=body[:size])


@pytest.mark.parametrize(
    "size",
    [lambda body: len(body) // 2, lambda body: body.rindex(b"\n", 0, -1) + 1, lambda _: 0],
    ids=["within a line", "at the end of a line", "empty"],
)
def test_a_file_that_is_cut_is_noticed_and_nothing_lands(running, time, tmp_path, size):
    refused = pytest.raises(UnreadableAnswerError, match="were announced")
    with opened(running, time, file_transport=Cut(size)) as client, refused:
        land_export(tmp_path, ORDERS, client, **OPTIONS)

    assert list(tmp_path.rglob("*.parquet")) == []


@pytest.mark.parametrize(
    ("lines", "says"),
    [
        ([b'{"id":"gid://shopify/LineItem/1","__parentId":"gid://shopify/Order/9"}'], "parent"),
        ([b'{"id":"gid://shopify/Order/9"}', b'{"id":"gid://shopify/O'], "JSON objects"),
        ([b'{"id":"gid://shopify/Order/9","name":"\xff"}'], "JSON objects"),
        ([b"<Error/>"], "JSON objects"),
        (
            [
                b'{"id":"gid://shopify/Order/9"}',
                b'{"id":"gid://shopify/Metafield/1","__parentId":"gid://shopify/Order/9"}',
            ],
            "kind",
        ),
    ],
)
def test_a_file_that_does_not_hold_together_lands_nothing(tmp_path, lines, says):
    with pytest.raises(UnreadableAnswerError, match=says):
        land_export(tmp_path, ORDERS, Given(lines), **OPTIONS)

    assert list(tmp_path.rglob("*.parquet")) == []


class Given:
    """An exporter of given lines; beside them are records without a value, but for the `gone`."""

    def __init__(self, lines, *, gone=()):
        self.lines, self.gone = lines, gone

    def export(self, _, target):
        target.write_bytes(b"\n".join(self.lines))
        return START

    def records_by_id(self, _, ids):
        nothing = dict.fromkeys(ORDERS.bulk.beside)
        nodes = [None if one in self.gone else {"id": one, **nothing} for one in ids]
        yield json.dumps({"data": {"nodes": nodes}}).encode()


def order(number, **values):
    elsewhere = {*ORDERS.bulk.children, *ORDERS.bulk.beside}
    empty = dict.fromkeys(ORDERS.columns.keys() - elsewhere)
    return json.dumps(empty | {"id": f"gid://shopify/Order/{number}"} | values).encode()


def test_what_is_read_by_id_for_the_next_part_is_asked_for_beside_the_one_at_hand(
    tmp_path, monkeypatch
):
    """The first part is not through before somebody asks for the second: alone it would wait."""
    monkeypatch.setattr(exports, "PART_BYTES", 2_000)
    asked_again = threading.Event()
    kept = exports._records  # noqa: SLF001 - where a part is joined

    def joined_beside(*arguments):
        assert asked_again.wait(timeout=30), "the next part was not asked for meanwhile"
        return kept(*arguments)

    class Asked(Given):
        def records_by_id(self, stream, ids):
            if self.gone:
                asked_again.set()
            self.gone = ["asked once"]
            yield from super().records_by_id(stream, ids)

    monkeypatch.setattr(exports, "_records", joined_beside)

    batch = land_export(tmp_path, ORDERS, Asked([order(n) for n in range(40)]), **OPTIONS)

    assert batch.rows == 40


def test_an_error_in_what_is_read_by_id_lands_nothing(tmp_path, monkeypatch):
    monkeypatch.setattr(exports, "PART_BYTES", 2_000)

    class Failing(Given):
        def records_by_id(self, stream, ids):
            if self.gone:
                raise UnreadableAnswerError("half an answer")
            self.gone = ["asked once"]
            yield from super().records_by_id(stream, ids)

    with pytest.raises(UnreadableAnswerError, match="half an answer"):
        land_export(tmp_path, ORDERS, Failing([order(n) for n in range(40)]), **OPTIONS)

    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


def test_an_object_that_does_not_fit_is_set_aside(tmp_path):
    lines = [order(n, test="maybe" if n == 3 else True) for n in range(5)]

    batch = land_export(tmp_path, ORDERS, Given(lines), **OPTIONS)

    assert (batch.rows, batch.rejects) == (4, 1)


def test_an_object_that_names_a_member_twice_is_set_aside(tmp_path):
    lines = [order(n) for n in range(3)]
    lines[1] = lines[1].replace(b'"name": null', b'"name": "#1", "name": "#2"')

    batch = land_export(tmp_path, ORDERS, Given(lines), **OPTIONS)

    assert (batch.rows, batch.rejects) == (2, 1)


def test_an_order_that_is_not_found_by_its_id_is_set_aside_and_read_again(tmp_path):
    lines = [order(n, updatedAt=f"2026-02-0{n + 1}T00:00:00Z") for n in range(3)]
    gone = ["gid://shopify/Order/1"]

    batch = land_export(tmp_path, ORDERS, Given(lines, gone=gone), **OPTIONS)

    assert (batch.rows, batch.rejects) == (2, 1)
    again = resume_at(tmp_path, ORDERS, "us", overlap=timedelta())
    assert again == datetime(2026, 2, 2, tzinfo=UTC)


def test_orders_without_any_line_land_with_empty_lists(tmp_path):
    batch = land_export(tmp_path, ORDERS, Given([order(n) for n in range(3)]), **OPTIONS)

    rows = landed(tmp_path, batch)
    assert [row[ORDERS_AT["lineItems"]]["nodes"] for row in rows] == [[], [], []]


def test_an_empty_export_is_a_batch(tmp_path):
    assert land_export(tmp_path, ORDERS, Given([]), **OPTIONS).rows == 0


@pytest.mark.parametrize(("count", "expected"), [(1, True), (10**6, False)])
def test_a_store_is_exported_from_a_size_on(running, time, count, expected):
    with opened(running, time) as client:
        client._bulk_from = count  # noqa: SLF001 - the setting
        assert client.prefers_export(ORDERS) is expected
        assert not client.prefers_export(STREAMS[System.SHOPIFY, "payouts"])


@pytest.mark.parametrize(
    ("query", "says"),
    [
        ("{ orders { nodes { id } } }", "edges"),
        ("{ orders { edges { node { name } } } }", "id"),
        ("{ shop { name } }", "at least one connection"),
        (
            "{ orders { edges { node { id refunds { id"
            " refundLineItems { edges { node { id } } } } } } } }",
            "inside a list",
        ),
        ("{ orders { edges { node { id shippingLines { edges { node { id } } } } } } }", "no id"),
        ('{ node(id: "gid://shopify/Order/1") { id } }', "neither node"),
    ],
)
def test_the_sandbox_refuses_what_bulk_cannot_carry(query, says):
    refusals = bulk_refusals(executable_schema(), parse(query), query)

    assert any(says in refusal for refusal in refusals), refusals
