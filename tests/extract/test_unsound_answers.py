"""Answers that are well-formed and still not what was asked for: no record is lost or doubled."""

import json

import httpx
import pytest

from orchestration.extract.errors import SourceError, UnreadableAnswerError
from orchestration.extract.netsuite import Fields, NetSuiteClient
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
