"""An answer cut at any byte, or that takes for ever, is never taken for a whole one."""

import json
from datetime import UTC, datetime

import httpx
import pytest
import stamina

from orchestration.extract.errors import RepeatError
from orchestration.extract.http import Clock
from orchestration.extract.netsuite import Fields, NetSuiteClient
from orchestration.extract.shopify import ShopifyClient
from orchestration.extract.streams import STREAMS, System

STREAM = {
    "store": STREAMS[System.SHOPIFY, "locations"],
    "erp": STREAMS[System.NETSUITE, "items"],
}
NAMES = ["Zürich, Lager Süd", "倉庫", "Entrepôt", "🏬 main"]


def record(number):
    name = f"{NAMES[number % len(NAMES)]} {number}"
    return {"id": str(number), "name": name, "itemid": name, "isinactive": "F", "note": None}


def page(system, records):
    """Return an answer of one page, in UTF-8 as the systems write it."""
    info = {"hasNextPage": False, "endCursor": None}
    content = {
        "store": {"data": {"locations": {"pageInfo": info, "nodes": records}}},
        "erp": {"count": len(records), "hasMore": False, "items": records},
    }
    return json.dumps(content[system], ensure_ascii=False).encode()


def asked(system, answer, clock=None):
    """Return the pages that a client makes of whatever is answered."""
    http = httpx.Client(base_url="https://s.example", transport=httpx.MockTransport(answer))
    clock = clock or Clock()
    client = (
        ShopifyClient(http, api_version="2026-07", clock=clock)
        if system == "store"
        else NetSuiteClient(http, fields=Fields(), clock=clock)
    )
    return list(client.pages(STREAM[system], since=None))


@pytest.fixture(autouse=True)
def one_attempt():
    with stamina.set_testing(True, attempts=1):
        yield


@pytest.mark.parametrize("system", STREAM)
@pytest.mark.parametrize("is_announced", [True, False], ids=["announced", "unannounced"])
def test_a_page_cut_at_any_byte_is_never_taken_for_whole(system, is_announced):
    whole = page(system, [record(number) for number in range(30)])
    assert len(whole) > 2500
    assert asked(system, lambda _: httpx.Response(200, content=whole)) == [whole]
    accepted = []

    for cut in range(len(whole)):
        length = {"Content-Length": str(len(whole))} if is_announced else {}
        body = httpx.ByteStream(whole[:cut])
        try:
            asked(system, lambda _, b=body, h=length: httpx.Response(200, headers=h, stream=b))
        except RepeatError:
            continue
        accepted.append(cut)

    assert accepted == []


@pytest.mark.parametrize("system", STREAM)
def test_an_answer_of_one_byte_a_second_ends_within_its_deadline(system):
    seconds = [0.0]

    class Drip(httpx.SyncByteStream):
        def __iter__(self):
            for _ in range(100_000):
                seconds[0] += 1
                yield b" "

    clock = Clock(now=lambda: datetime(2026, 3, 20, tzinfo=UTC), ticks=lambda: seconds[0])
    with pytest.raises(RepeatError, match="still sending"):
        asked(system, lambda _: httpx.Response(200, stream=Drip()), clock)

    assert 900 <= seconds[0] < 960
