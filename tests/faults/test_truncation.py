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


ORDERS = STREAMS[System.SHOPIFY, "orders"]
CHUNKS, CHUNK_BYTES, LINE_BYTES = 56, 4096, 128


def objects():
    """Return a file of which each chunk ends with a line, and a chunk later within a letter."""
    lines = []
    for number in range(CHUNKS * CHUNK_BYTES // LINE_BYTES):
        line = json.dumps({"id": f"gid://shopify/Order/{number}"}).encode()
        lines.append(line[:-1] + b" " * (LINE_BYTES - len(line) - 1) + b"}\n")
    text = b"".join(lines)
    letters = '"note":"Zürich"'.encode()
    return text[:-50] + b"," + letters + text[-49 + len(letters) :]


def exported(file, target, *, whole, names_size):
    """Return what a client makes of a file, where the operation tells of the whole one."""
    told = {
        "id": "gid://shopify/BulkOperation/1",
        "status": "COMPLETED",
        "query": "",
        "createdAt": "2026-03-20T00:00:00Z",
        "objectCount": str(whole.count(b"\n")),
        "fileSize": str(len(whole)) if names_size else None,
        "url": "https://files.example/1.jsonl",
    }
    answers = {
        "BulkNewest": {"bulkOperations": {"nodes": []}},
        "BulkRun": {"bulkOperationRunQuery": {"bulkOperation": told, "userErrors": []}},
        "BulkStatus": {"bulkOperation": told},
        "OrdersCount": {"ordersCount": {"count": 1}},
    }

    def answer(request):
        document = json.loads(request.content)["query"]
        (data,) = (data for name, data in answers.items() if name in document)
        return httpx.Response(200, json={"data": data})

    cut = httpx.MockTransport(lambda _: httpx.Response(200, content=file))
    with (
        httpx.Client(base_url="https://s.example", transport=httpx.MockTransport(answer)) as http,
        httpx.Client(transport=cut) as files,
    ):
        ShopifyClient(http, api_version="2026-07", files=files).export(ORDERS, target)
    return target.read_bytes()


@pytest.mark.parametrize("names_size", [True, False], ids=["size", "count alone"])
def test_a_file_cut_at_any_chunk_is_never_taken_for_whole(tmp_path, names_size):
    whole = objects()
    told = {"whole": whole, "names_size": names_size}
    assert exported(whole, tmp_path / "file", **told) == whole
    at_line_ends = [*range(0, len(whole), CHUNK_BYTES), whole.rindex(b"\n", 0, -1) + 1]
    assert len(at_line_ends) == CHUNKS + 1
    assert {whole[cut - 1 : cut] for cut in at_line_ends} == {b"\n", b""}
    # Where the size is not told, landing finds the half line that ends the file.
    within_a_letter = [whole.index("ü".encode()) + 1] if names_size else []

    for cut in [*at_line_ends, *within_a_letter]:
        with pytest.raises(RepeatError, match="were announced"):
            exported(whole[:cut], tmp_path / "file", **told)
