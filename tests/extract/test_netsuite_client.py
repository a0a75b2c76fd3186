"""The ERP read by keyset, and its errors by what to do about them."""

import json
from datetime import UTC, datetime

import httpx
import pytest

from orchestration.extract.errors import RepeatError, StopError, UnreadableAnswerError
from orchestration.extract.netsuite import Fields, NetSuiteClient
from orchestration.extract.streams import NETSUITE_STREAMS, STREAMS, System

INVOICES = STREAMS[System.NETSUITE, "invoices"]
LINES = STREAMS[System.NETSUITE, "transaction_lines"]
LINKS = STREAMS[System.NETSUITE, "transaction_links"]
TOTALS = STREAMS[System.NETSUITE, "control_totals"]
SINCE = datetime(2026, 3, 10, 8, 30, tzinfo=UTC)


@pytest.fixture
def client_of(play, time):
    def make(*answers):
        source, http = play(*answers)
        return source, NetSuiteClient(http, fields=Fields(), clock=time.clock)

    return make


def rows(*items):
    return {"count": str(len(items)), "hasMore": False, "items": list(items)}


def refused(status, code, detail="no", *, is_nested=True):
    inner = [{"detail": detail, "o:errorCode": code}] if is_nested else []
    body = {"title": "No", "status": status, "o:errorDetails": inner}
    return httpx.Response(status, json=body if is_nested else body | {"o:errorCode": code})


def test_a_page_is_always_the_first_one_after_the_last_row(client_of, base_url):
    full = rows(*({"id": str(n)} for n in range(1, 1001)))
    source, client = client_of(full, rows({"id": "2000"}))

    pages = list(client.pages(INVOICES, since=None))

    assert [len(json.loads(page)["items"]) for page in pages] == [1000, 1]
    assert {str(request.url) for request in source.requests} == {
        f"{base_url}/services/rest/query/v1/suiteql?limit=1000&offset=0"
    }
    assert source.requests[0].headers["Prefer"] == "transient"
    first, second = source.bodies
    assert "params" not in first
    assert "t.type = 'CustInvc'" in first["q"]
    assert "AND 1 = 1\n  AND 1 = 1" in first["q"]
    assert "AND ((t.id > ?))" in second["q"]
    assert second["params"] == ["1000"]


def test_a_window_is_filtered_in_the_accounts_zone_and_exactly_in_utc(client_of):
    source, client = client_of(rows())

    list(client.pages(INVOICES, since=SINCE))

    body = source.bodies[0]
    assert "t.lastmodifieddate >= TO_DATE(?, 'YYYY-MM-DD HH24:MI:SS')" in body["q"]
    assert "SYS_EXTRACT_UTC(t.lastmodifieddate) >= TO_TIMESTAMP(?," in body["q"]
    assert body["params"] == ["2026-03-09 08:30:00", "2026-03-10T08:30:00Z"]


def test_a_key_of_several_columns_is_compared_as_one(client_of):
    full = rows(*({"transaction": 7, "id": str(n)} for n in range(1000)))
    source, client = client_of(full, rows())

    list(client.pages(LINES, since=SINCE))

    body = source.bodies[1]
    assert "((tl.transaction > ?) OR (tl.transaction = ? AND tl.id > ?))" in body["q"]
    assert body["params"][2:] == ["7", "7", "999"]
    assert body["q"].count("?") == len(body["params"])


@pytest.mark.parametrize("stream", NETSUITE_STREAMS, ids=lambda stream: stream.name)
def test_every_query_has_as_many_values_as_question_marks(client_of, stream):
    columns = [
        name.rpartition(".")[2].strip() for name in stream.parameters.get("after", "").split(",")
    ]
    row = {name: "1" for name in columns if name}
    source, client = client_of(rows(*[row] * 1000) if row else rows({"type": "x"}), rows())

    list(client.pages(stream, since=SINCE))

    for body in source.bodies:
        assert "{" not in body["q"]
        assert "--" not in body["q"]
        assert body["q"].count("?") == len(body.get("params", []))


def test_the_accounts_own_field_names_are_used(play, time):
    source, http = play(rows(), rows())
    fields = Fields(order_field="custbody_order", line_field="custcol_line")
    client = NetSuiteClient(http, fields=fields, clock=time.clock)

    list(client.pages(INVOICES, since=None))
    list(client.pages(LINES, since=None))

    assert "t.custbody_order AS storefront_order" in source.bodies[0]["q"]
    assert "tl.custcol_line AS storefront_line" in source.bodies[1]["q"]


def test_a_field_name_cannot_be_anything_else():
    with pytest.raises(ValueError, match="not a field id"):
        Fields(order_field="id FROM account --")


def test_a_key_that_does_not_advance_is_noticed(client_of):
    full = rows(*[{"id": "5"}] * 1000)
    _, client = client_of(full, full)

    with pytest.raises(UnreadableAnswerError, match="repeats a page"):
        list(client.pages(INVOICES, since=None))


def test_a_full_page_whose_last_row_has_no_key_is_noticed(client_of):
    _, client = client_of(rows(*[{"tranid": "INV1"}] * 1000))

    with pytest.raises(UnreadableAnswerError, match="without its key"):
        list(client.pages(INVOICES, since=None))


def test_columns_named_in_capitals_land_all_the_same(client_of):
    _, client = client_of(rows({"ID": "5", "Links": []}))

    (page,) = client.pages(INVOICES, since=None)

    assert json.loads(page) == {"items": [{"id": "5", "links": []}]}


def test_totals_are_read_whole(client_of):
    source, client = client_of(rows({"type": "CustInvc"}))

    assert len(list(client.pages(TOTALS, since=SINCE))) == 1
    assert "params" not in source.bodies[0]


@pytest.mark.parametrize("status", [400, 429])
@pytest.mark.parametrize("is_nested", [True, False])
def test_a_busy_account_is_asked_again_whatever_the_status(client_of, status, is_nested):
    busy = refused(status, "CONCURRENCY_LIMIT_EXCEEDED", is_nested=is_nested)
    source, client = client_of(busy, rows())

    assert len(list(client.pages(INVOICES, since=None))) == 1
    assert len(source.requests) == 2


def test_a_failing_account_is_asked_again_and_then_given_up(client_of):
    source, client = client_of(*[refused(500, "UNEXPECTED_ERROR") for _ in range(4)])

    with pytest.raises(RepeatError):
        list(client.pages(INVOICES, since=None))
    assert len(source.requests) == 4


def test_a_query_that_is_not_accepted_says_why(client_of):
    detail = "Search error: Field 'custbody_x' not found"
    _, client = client_of(refused(400, "INVALID_PARAMETER", detail))

    with pytest.raises(StopError, match=r"custbody_x.*check the field names"):
        list(client.pages(INVOICES, since=None))


@pytest.mark.parametrize("status", [401, 403])
def test_a_role_without_permission_stops(client_of, status):
    source, client = client_of(refused(status, "INSUFFICIENT_PERMISSION"))

    with pytest.raises(StopError, match="role"):
        list(client.pages(INVOICES, since=None))
    assert len(source.requests) == 1


@pytest.mark.parametrize(
    "body",
    [
        b"<html>",
        b"{}",
        b'{"items":[{"id":"1"}',
        b'{"count":"2","items":[{"id":"1"}]}',
        b'{"items":[{"id":"\xff"}]}',
    ],
)
def test_what_are_no_rows_is_named_and_yields_nothing(client_of, body):
    _, client = client_of(*[httpx.Response(200, content=body) for _ in range(4)])

    with pytest.raises(UnreadableAnswerError, match="the ERP"):
        next(client.pages(INVOICES, since=None))


def test_the_servers_time_is_told_in_utc(client_of):
    _, client = client_of(rows({"server_time": "2026-03-20T07:08:09Z"}))

    assert client.server_time() == datetime(2026, 3, 20, 7, 8, 9, tzinfo=UTC)
