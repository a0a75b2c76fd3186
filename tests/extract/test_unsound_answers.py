"""Answers that are well-formed and still not what was asked for: no record is lost or doubled."""

import json
from time import process_time

import httpx
import msgspec
import pytest

from orchestration.extract.errors import SourceError, UnreadableAnswerError
from orchestration.extract.names import refuse_repeated_names_around
from orchestration.extract.netsuite import Fields, NetSuiteClient
from orchestration.extract.netsuite.endpoint import Measure, measure_of
from orchestration.extract.netsuite.envelope import Rows
from orchestration.extract.shopify import ShopifyClient
from orchestration.extract.streams import STREAMS, System

ORDERS = STREAMS[System.SHOPIFY, "orders"]
INVOICES = STREAMS[System.NETSUITE, "invoices"]
DEEP = b'{"data":' + b"[" * 100_000 + b"]" * 100_000 + b',"items":' + b"[" * 100_000


@pytest.fixture
def erp(play, time):
    def make(*answers):
        source, http = play(*answers)
        return source, NetSuiteClient(http, fields=Fields(), clock=time.clock)

    return make


@pytest.fixture
def store(play, time):
    def make(*answers):
        source, http = play(*answers)
        return source, ShopifyClient(http, api_version="2026-07", clock=time.clock)

    return make


def rows(*items, **more):
    return {"count": len(items), "hasMore": False, "items": list(items)} | more


def lines(*ids, after=None):
    page_info = {"hasNextPage": after is not None, "endCursor": after}
    return {"pageInfo": page_info, "nodes": [{"id": one} for one in ids]}


def orders(*nodes):
    page_info = {"hasNextPage": False, "endCursor": None}
    return {"data": {"orders": {"pageInfo": page_info, "nodes": list(nodes)}}}


def test_nothing_in_place_of_a_row_is_an_error(erp):
    _, client = erp(*[rows(None, {"id": "2"})] * 4)

    with pytest.raises(UnreadableAnswerError, match="no object"):
        list(client.pages(INVOICES, since=None))


def test_nothing_in_place_of_a_record_is_an_error(store):
    _, client = store(*[orders(None, {"id": "o2"})] * 4)

    with pytest.raises(UnreadableAnswerError, match="nothing in place of a record"):
        list(client.pages(ORDERS, since=None))


def test_pages_of_lines_that_overlap_double_no_line(store):
    order = {"id": "o1", "lineItems": lines("a", "b", after="c1")}
    further = {"data": {"node": {"connection": lines("b", "c")}}}
    _, client = store(orders(order), further)

    (page,) = client.pages(ORDERS, since=None)

    (found,) = json.loads(page)["data"]["orders"]["nodes"]
    assert [line["id"] for line in found["lineItems"]["nodes"]] == ["a", "b", "c"]


def test_a_line_that_comes_twice_on_one_page_is_one_line(store):
    order = {"id": "o1", "lineItems": lines("a", after="c1")}
    _, client = store(orders(order), {"data": {"node": {"connection": lines("b", "b", "c")}}})

    (page,) = client.pages(ORDERS, since=None)

    (found,) = json.loads(page)["data"]["orders"]["nodes"]
    assert [line["id"] for line in found["lineItems"]["nodes"]] == ["a", "b", "c"]


def test_lines_without_an_id_are_an_error_of_the_store(store):
    order = {"id": "o1", "lineItems": lines({"value": "a"}, after="c1")}
    _, client = store(orders(order), *[{"data": {"node": {"connection": lines("b")}}}] * 4)

    with pytest.raises(UnreadableAnswerError, match="another shape"):
        list(client.pages(ORDERS, since=None))


@pytest.mark.parametrize("stream", [ORDERS, INVOICES], ids=lambda stream: stream.name)
def test_an_answer_nested_beyond_reading_is_an_error_of_its_source(store, erp, stream):
    answers = [httpx.Response(200, content=DEEP) for _ in range(4)]
    _, client = (store if stream is ORDERS else erp)(*answers)

    with pytest.raises(SourceError, match="something other than"):
        list(client.pages(stream, since=None))


@pytest.mark.parametrize(
    "row", [{}, {"server_time": None}, {"server_time": {"at": 1}}, {"server_time": "yesterday"}]
)
def test_a_time_that_is_none_is_an_error_of_the_erp(erp, row):
    _, client = erp(*[rows(row)] * 4)

    with pytest.raises(UnreadableAnswerError, match="did not tell its time"):
        client.server_time()


@pytest.mark.parametrize(
    "row",
    [
        {},
        {"row_count": None},
        {"row_count": "many"},
        {"row_count": {"rows": 2}},
        {"row_count": 2, "lowest": ["1"]},
    ],
)
def test_a_count_that_is_none_is_an_error_of_the_erp(row):
    with pytest.raises(UnreadableAnswerError, match="gave none"):
        measure_of(Rows(items=[msgspec.Raw(json.dumps(row).encode())]))


def test_the_bounds_of_no_rows_are_none():
    row = {"row_count": "0", "lowest": None, "highest": None}

    assert measure_of(Rows(items=[msgspec.Raw(json.dumps(row).encode())])) == Measure()


@pytest.mark.parametrize("node", [{}, {"id": None}, {"id": 7}, "o1"], ids=str)
def test_a_record_without_its_id_is_an_error_of_the_store(store, node):
    by_id = [{"data": {"nodes": [node]}}] * 4
    _, client = store(*by_id)
    with pytest.raises(UnreadableAnswerError, match="another shape"):
        client.there(STREAMS[System.SHOPIFY, "deleted_orders"], ["o1"])

    page = {"pageInfo": {"hasNextPage": False}, "nodes": [node]}
    _, client = store(*[{"data": {"locations": page}}] * 4)
    with pytest.raises(UnreadableAnswerError, match="another shape"):
        list(client.pages(STREAMS[System.SHOPIFY, "inventory_levels"], since=None))


@pytest.mark.parametrize("status", [400, 500])
@pytest.mark.parametrize("stream", [ORDERS, INVOICES], ids=lambda stream: stream.name)
def test_a_refusal_nested_beyond_reading_is_told_by_its_status(store, erp, stream, status):
    answers = [httpx.Response(status, content=DEEP) for _ in range(4)]
    _, client = (store if stream is ORDERS else erp)(*answers)

    with pytest.raises(SourceError, match=f"{status}|does not accept"):
        list(client.pages(stream, since=None))


AROUND_RECORDS = [
    b'{"data":{"orders":{"pageInfo":PAGE,"nodes":NODES}},"data":{"orders":null}}',
    b'{"data":{"orders":null},"data":{"orders":{"pageInfo":PAGE,"nodes":NODES}}}',
    b'{"data":{"orders":{"pageInfo":PAGE,"nodes":NODES},"orders":{"pageInfo":PAGE,"nodes":[]}}}',
    b'{"data":{"orders":{"nodes":[],"pageInfo":PAGE,"nodes":NODES}}}',
    b'{"data":{"orders":{"nodes":NODES,"nodes":NODES,"pageInfo":PAGE}}}',
    b'{"data":{"orders":{"pageInfo":{"hasNextPage":true},"nodes":NODES,"pageInfo":PAGE}}}',
    b'{"data":{"orders":{"pageInfo":{"hasNextPage":true,"hasNextPage":false},"nodes":NODES}}}',
    b'{"data" : {"orders" : {"pageInfo" : PAGE, "nodes" : []}}, "d\\u0061ta" : {"orders" : null}}',
    b'{"data":{"orders":{"pageInfo":PAGE,"nodes":NODES}},"extensions":{"cost":{},"cost":{}}}',
]
AROUND_ROWS = [
    b'{"hasMore":false,"items":NODES,"items":[]}',
    b'{"items":[],"hasMore":false,"items":NODES}',
    b'{"hasMore":true,"items":NODES,"hasMore":false}',
    b'{"count":0,"items":NODES,"count":2}',
]


def filled(body):
    page = b'{"hasNextPage":false,"endCursor":null}'
    return body.replace(b"PAGE", page).replace(b"NODES", b'[{"id":"1"},{"id":"2"}]')


@pytest.mark.parametrize("body", AROUND_RECORDS)
def test_an_answer_that_names_a_member_twice_around_its_records_is_no_answer(store, body):
    _, client = store(*[httpx.Response(200, content=filled(body)) for _ in range(4)])

    with pytest.raises(UnreadableAnswerError, match="twice in one object"):
        list(client.pages(ORDERS, since=None))


@pytest.mark.parametrize("body", AROUND_ROWS)
def test_rows_beside_which_a_member_is_named_twice_are_no_rows(erp, body):
    _, client = erp(*[httpx.Response(200, content=filled(body)) for _ in range(4)])

    with pytest.raises(UnreadableAnswerError, match="twice in one object"):
        list(client.pages(INVOICES, since=None))


@pytest.mark.parametrize(
    "row", ['{"id":"2","id":"9"}', '{"ID":"2","ID":"9"}', '{"id":"2","ID":"9"}']
)
def test_a_page_does_not_go_on_after_a_row_that_names_its_key_twice(erp, row):
    answer = f'{{"hasMore":true,"items":[{{"id":"1"}},{row}]}}'.encode()
    _, client = erp(*[httpx.Response(200, content=answer) for _ in range(4)])

    with pytest.raises(UnreadableAnswerError, match="twice"):
        list(client.pages(INVOICES, since=None))


def test_an_order_with_more_lines_than_a_page_names_no_member_twice(store):
    order = json.dumps({"id": "o1", "name": "NAME", "lineItems": lines("a", after="c1")})
    twice = orders("ORDER")
    text = json.dumps(twice).replace('"ORDER"', order.replace('"NAME"', '"x", "name": "y"'))
    _, client = store(*[httpx.Response(200, text=text) for _ in range(4)])

    with pytest.raises(UnreadableAnswerError, match="'name' twice"):
        list(client.pages(ORDERS, since=None))


@pytest.mark.parametrize("name", ["NaN", "Infinity", "-Infinity"])
@pytest.mark.parametrize("stream", [ORDERS, INVOICES], ids=lambda stream: stream.name)
def test_what_is_no_number_makes_an_answer_unreadable(store, erp, stream, name):
    body = json.dumps(orders({"id": "1", "x": 7}) if stream is ORDERS else rows({"x": 7}))
    answers = [httpx.Response(200, text=body.replace("7", name)) for _ in range(4)]
    _, client = (store if stream is ORDERS else erp)(*answers)

    with pytest.raises(UnreadableAnswerError, match="something other than"):
        list(client.pages(stream, since=None))


def test_looking_for_repeated_names_costs_less_than_building_the_records():
    one = {"id": "1", "lineItems": {"nodes": [{"id": str(n), "title": "Tent"} for n in range(50)]}}
    body = json.dumps(orders(*[one] * 100), separators=(",", ":")).encode()

    def seconds_of(action):
        taken = []
        for _ in range(20):
            began = process_time()
            action(body)
            taken.append(process_time() - began)
        return min(taken)

    nodes = [msgspec.Raw(json.dumps(one, separators=(",", ":")).encode())] * 100
    looked = seconds_of(lambda body: refuse_repeated_names_around(body, nodes))
    assert looked < seconds_of(json.loads) / 2
