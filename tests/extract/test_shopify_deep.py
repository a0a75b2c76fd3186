"""A connection shows 25,000 records however many there are: a search finds the others."""

import json
import re
from datetime import UTC, datetime, timedelta

import httpx
import pytest

from orchestration.extract.errors import StopError
from orchestration.extract.shopify import ShopifyClient
from orchestration.extract.shopify.client import PAGE_SIZES
from orchestration.extract.streams import STREAMS, System

LEVELS = STREAMS[System.SHOPIFY, "inventory_levels"]
PAYOUTS = STREAMS[System.SHOPIFY, "payouts"]
SHOWN = 25_000
BEGUN = datetime(2026, 3, 1, tzinfo=UTC)


class DeepStore:
    """One connection of records that are id and change, in the order that they are given in."""

    def __init__(self, stream, records):
        self.stream, self.records, self.asked = stream, records, []

    def __call__(self, request):
        variables = json.loads(request.content)["variables"]
        if self.stream is LEVELS and "locationId" not in variables:
            places = {"pageInfo": {"hasNextPage": False}, "nodes": [{"id": "l1"}]}
            return httpx.Response(200, json={"data": {"locations": places}})
        self.asked.append(variables)
        answer = self._page(variables)
        for name in reversed(self.stream.records[:-1]):
            answer = {name: answer}
        return httpx.Response(200, json=answer)

    def _page(self, variables):
        bounds = dict(re.findall(r"(>=|<)'([^']+)'", variables["query"]))
        found = [
            {"id": own, self.stream.cursor: at}
            for own, at in self.records
            if bounds.get(">=", "") <= at < bounds.get("<", "9")
        ]
        start = int(variables["after"] or 0)
        end = start + variables["first"]
        has_next = end < min(len(found), SHOWN)
        info = {"hasNextPage": has_next, "endCursor": str(end) if has_next else None}
        return {"pageInfo": info, "nodes": found[start:end]}


def read(stream, records):
    """Return the store after it was read, and the ids of what came."""
    store = DeepStore(stream, records)
    http = httpx.Client(base_url="https://shop.example", transport=httpx.MockTransport(store))
    client = ShopifyClient(
        http, api_version="2026-07", source="store us", sizes=PAGE_SIZES | {stream.name: 2_000}
    )
    found = []
    for page in client.pages(stream, since=None):
        value = json.loads(page)
        for name in stream.records:
            value = value[name]
        found += [record["id"] for record in value]
    return store, found


def changed(seconds):
    return f"{BEGUN + timedelta(seconds=seconds):%Y-%m-%dT%H:%M:%SZ}"


def test_what_is_sorted_by_its_change_is_read_on_from_the_last_one():
    records = [(f"p{n}", changed(n)) for n in range(26_000)]

    store, found = read(PAYOUTS, records)

    assert set(found) == {own for own, _ in records}
    assert store.asked[12]["after"] is None
    assert store.asked[12]["query"] == f"issued_at:>='{changed(23_999)}'"


def test_what_comes_in_another_order_is_read_in_halves_and_nothing_is_lost():
    records = [(f"v{n}", changed(n * 7_919 % 10**6)) for n in range(60_000)]

    _, found = read(LEVELS, records)

    assert set(found) == {own for own, _ in records}


@pytest.mark.parametrize("stream", [LEVELS, PAYOUTS], ids=lambda stream: stream.name)
def test_more_records_of_one_second_than_are_shown_are_for_a_person(stream):
    with pytest.raises(StopError, match=f"over 25000 {stream.name} changed in one second"):
        read(stream, [(f"r{n}", changed(0)) for n in range(26_000)])
