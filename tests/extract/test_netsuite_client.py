"""The ERP read by keyset, and its errors by what to do about them."""

import json
import threading
from datetime import UTC, datetime

import httpx
import pytest

from orchestration.extract.errors import RepeatError, StopError, UnreadableAnswerError
from orchestration.extract.netsuite import Fields, NetSuiteClient
from orchestration.extract.netsuite.suiteql import (
    asked_for,
    measure_query,
    order_of,
    page_query,
)
from orchestration.extract.streams import NETSUITE_STREAMS, STREAMS, System

INVOICES = STREAMS[System.NETSUITE, "invoices"]
LINES = STREAMS[System.NETSUITE, "transaction_lines"]
TOTALS = STREAMS[System.NETSUITE, "control_totals"]
CHANGED = """TO_CHAR(SYS_EXTRACT_UTC(t.lastmodifieddate), 'YYYY-MM-DD"T"HH24:MI:SS"Z"')"""
SINCE = datetime(2026, 3, 10, 8, 30, tzinfo=UTC)


@pytest.fixture
def client_of(play, time):
    """Return a function that makes a client whose ERP gives these answers."""

    def make(*answers, **options):
        source, http = play(*answers)
        return source, NetSuiteClient(http, fields=Fields(), clock=time.clock, **options)

    return make


def rows(*items):
    return {"count": str(len(items)), "hasMore": False, "items": list(items)}


def measure(count, lowest, highest):
    return rows({"row_count": str(count), "lowest": str(lowest), "highest": str(highest)})


def refused(status, code, detail="no", *, is_nested=True):
    inner = [{"detail": detail, "o:errorCode": code}] if is_nested else []
    body = {"title": "No", "status": status, "o:errorDetails": inner}
    return httpx.Response(status, json=body if is_nested else body | {"o:errorCode": code})


def test_a_page_is_always_the_first_one_after_the_last_row(client_of, base_url):
    full = rows(*({"id": str(n)} for n in range(1, 1001)))
    last = rows({"id": "2000"})
    source, client = client_of(full, measure(1, 2000, 2000), last, measure(1, 2000, 2000))

    pages = list(client.pages(INVOICES, since=None))

    assert [len(json.loads(page)["items"]) for page in pages] == [1000, 1]
    assert {str(request.url) for request in source.requests} == {
        f"{base_url}/services/rest/query/v1/suiteql?limit=1000&offset=0"
    }
    assert source.requests[0].headers["Prefer"] == "transient"
    first, measured, second, _ = source.bodies
    assert "params" not in first
    assert "t.type = 'CustInvc'" in first["q"]
    assert "AND 1 = 1\n  AND 1 = 1\nORDER BY t.id" in first["q"]
    assert measured["q"].startswith("SELECT COUNT(*) AS row_count")
    assert "AND t.id > ?\n  AND ((t.id > ?))" in second["q"]
    assert second["params"] == ["999", "1000"]


def test_a_window_is_filtered_in_the_accounts_zone_and_exactly_in_utc(client_of):
    source, client = client_of(rows())

    list(client.pages(INVOICES, since=SINCE))

    body = source.bodies[0]
    assert "t.lastmodifieddate >= TO_DATE(?, 'YYYY-MM-DD HH24:MI:SS')" in body["q"]
    assert "SYS_EXTRACT_UTC(t.lastmodifieddate) >= TO_TIMESTAMP(?," in body["q"]
    assert body["params"] == ["2026-03-09 08:30:00", "2026-03-10T08:30:00Z"]


def test_a_window_is_walked_by_its_change_in_utc_and_then_by_key(client_of):
    tied = [{"id": str(n), "lastmodifieddate": "2026-03-11T00:00:00Z"} for n in range(1000)]
    ends = ("2026-03-11T00:00:00Z", "2026-03-11T00:00:00Z")
    source, client = client_of(rows(*tied), measure(1, *ends), rows())

    list(client.pages(INVOICES, since=SINCE))

    first, _, following = source.bodies
    assert f"ORDER BY {CHANGED}, t.id" in first["q"]
    assert following["params"][:2] == ["2026-03-10 00:00:00", "2026-03-11T00:00:00Z"]
    assert f"(({CHANGED} > ?) OR ({CHANGED} = ? AND t.id > ?))" in following["q"]
    assert following["params"][2:] == ["2026-03-11T00:00:00Z", "2026-03-11T00:00:00Z", "999"]


def test_a_key_of_several_columns_is_compared_as_one(client_of):
    full = rows(*({"transaction": 7, "id": str(n)} for n in range(1000)))
    source, client = client_of(full, rows())

    list(client.records_by_id(LINES, [7]))

    first, second = source.bodies
    assert "tl.transaction IN (?)" in first["q"]
    assert "((tl.transaction > ?) OR (tl.transaction = ? AND tl.id > ?))" in second["q"]
    assert second["params"] == ["7", "7", "7", "999"]


def test_documents_are_asked_for_by_the_hundreds(client_of):
    source, client = client_of(rows(), rows(), rows())

    list(client.records_by_id(LINES, range(1, 1201)))

    asked = [[int(one) for one in body["params"]] for body in source.bodies]
    assert sorted(one for page in asked for one in page) == list(range(1, 1201))
    assert max(len(one) for one in asked) <= 1000


def test_no_documents_are_no_question(client_of):
    source, client = client_of()

    assert list(client.records_by_id(LINES, [])) == []
    assert source.requests == []


@pytest.mark.parametrize("since", [None, SINCE], ids=["all", "since"])
@pytest.mark.parametrize("stream", NETSUITE_STREAMS, ids=lambda stream: stream.name)
def test_every_query_has_as_many_values_as_question_marks(stream, since):
    part = asked_for(stream, since=since)
    key = ["1" for _ in order_of(stream, part)]
    for query in (
        page_query(stream, Fields(), part=part),
        page_query(stream, Fields(), part=part, after=key),
        measure_query(stream, Fields(), part=part),
    ):
        assert "{" not in query.text
        assert "--" not in query.text
        assert query.text.count("?") == len(query.parameters)


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
    _, client = client_of(full, measure(1000, 5, 5), full, full)

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


def test_a_code_is_read_beside_members_that_are_null(client_of):
    code = {"detail": None, "o:errorCode": "CONCURRENCY_LIMIT_EXCEEDED"}
    busy = {"title": None, "o:errorCode": None, "o:errorDetails": [code]}
    source, client = client_of(httpx.Response(400, json=busy), rows())

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
        b'{"items":["a row"],"hasMore":true}',
        b'{"items":[],"hasMore":true}',
    ],
)
def test_what_are_no_rows_is_named_and_yields_nothing(client_of, body):
    _, client = client_of(*[httpx.Response(200, content=body) for _ in range(4)])

    with pytest.raises(UnreadableAnswerError, match="the ERP"):
        next(client.pages(INVOICES, since=None))


def test_the_servers_time_is_told_in_utc(client_of):
    _, client = client_of(rows({"server_time": "2026-03-20T07:08:09Z"}))

    assert client.server_time() == datetime(2026, 3, 20, 7, 8, 9, tzinfo=UTC)


@pytest.mark.parametrize("said", [{"hasMore": True}, {"totalResults": "2"}], ids=str)
def test_a_page_that_says_there_is_more_is_not_the_last_however_short(client_of, said):
    short, rest = rows({"id": "1"}) | said, rows({"id": "2"})
    _, client = client_of(short, measure(1, 2, 2), rest, measure(1, 2, 2))

    assert len(list(client.pages(INVOICES, since=None))) == 2


def test_rows_that_were_counted_and_never_came_are_missed(client_of):
    full = rows(*({"id": str(n)} for n in range(1000)))
    counted = measure(500, 999, 2000)
    _, client = client_of(full, counted, rows({"id": "999"}), counted)

    with pytest.raises(UnreadableAnswerError, match="counted 500 rows of invoices and gave 1"):
        list(client.pages(INVOICES, since=None))


def test_what_takes_too_long_is_asked_for_in_halves(client_of):
    full = rows(*({"id": str(n)} for n in range(1000)))
    too_long = refused(400, "SSS_TIME_LIMIT_EXCEEDED")
    left, right = rows({"id": "999"}, {"id": "1499"}), rows({"id": "2000"})
    counted = measure(3, 999, 2000)
    source, client = client_of(full, counted, too_long, counted, left, right, counted)

    pages = list(client.pages(INVOICES, since=None))

    assert [len(json.loads(page)["items"]) for page in pages] == [1000, 2, 1]
    halves = [body["params"] for body in source.bodies[4:6]]
    assert halves == [["998", "1499", "999"], ["1499"]]


def test_a_part_that_cannot_be_halved_is_for_a_person(client_of):
    too_long = refused(400, "INVALID_PARAMETER", "The query exceeds the maximum of 100,000 rows")
    _, client = client_of(too_long)

    with pytest.raises(StopError, match="cannot answer even the least part"):
        list(client.records_by_id(LINES, [7]))


def test_a_query_that_times_out_is_repeated_and_then_halved(client_of):
    slow = [httpx.ReadTimeout("slow")] * 4
    source, client = client_of(*slow, rows({"transaction": 7, "id": 1}), rows())

    assert len(list(client.records_by_id(LINES, [7, 8]))) == 2
    assert [body["params"] for body in source.bodies[4:]] == [["7"], ["8"]]


def test_several_queries_are_in_flight_up_to_the_share(base_url):
    together = threading.Barrier(3, timeout=10)

    def answer(request):
        if b"COUNT" in request.content:
            return httpx.Response(200, json=measure(0, 1, 30_000))
        if b"t.id" in request.content and b"params" not in request.content:
            return httpx.Response(200, json=rows(*({"id": str(n)} for n in range(1000))))
        together.wait()
        return httpx.Response(200, json=rows())

    http = httpx.Client(base_url=base_url, transport=httpx.MockTransport(answer))
    client = NetSuiteClient(http, fields=Fields(), width=3)

    assert len(list(client.records_by_id(LINES, range(1500)))) == 3


def test_progress_is_told_with_an_estimate(client_of, time):
    told = []
    full = rows(*({"id": str(n)} for n in range(1000)))
    part = rows(*({"id": str(n)} for n in range(1000, 2000)))
    counted = measure(1500, 999, 2500)
    _, client = client_of(full, counted, part, rows(), counted, tell=told.append)
    pages = client.pages(INVOICES, since=None)
    next(pages)
    time.seconds += 20

    with pytest.raises(UnreadableAnswerError):
        list(pages)

    assert told == ["the ERP's invoices: 1,000 of about 1,500 in 20 s, about 10 s left"]


@pytest.mark.parametrize(
    ("status", "code", "detail", "remedy"),
    [
        (401, "INVALID_LOGIN", "Invalid login attempt.", "login audit trail"),
        (400, "USER_PERMISSION", "You may not.", "add it to the integration's role"),
        (403, "ACCT_DISABLED", "Closed.", "closed or disabled"),
        (400, "INVALID_PARAMETER", "Unknown identifier 'x'", "returns doctor"),
    ],
)
def test_what_a_person_must_mend_names_the_code_and_the_remedy(
    client_of, status, code, detail, remedy
):
    source, client = client_of(refused(status, code, detail))

    with pytest.raises(StopError, match=remedy):
        list(client.pages(INVOICES, since=None))
    assert len(source.requests) == 1


def test_an_unexpected_error_keeps_its_id(client_of):
    detail = "An unexpected error occurred. Error ID: k3j4"
    _, client = client_of(*[refused(500, "UNEXPECTED_ERROR", detail) for _ in range(4)])

    with pytest.raises(RepeatError, match="Error ID: k3j4"):
        list(client.pages(INVOICES, since=None))


def test_a_record_of_broken_text_does_not_keep_its_page_away(client_of):
    body = b'{"items":[{"id":"1"},{"id":"2","tranid":"\xff"}]}'
    source, client = client_of(*[httpx.Response(200, content=body) for _ in range(4)])

    assert list(client.pages(INVOICES, since=None)) == [body]
    assert len(source.requests) == 4
