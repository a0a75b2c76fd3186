"""The storefront read page by page and by id, and what is never taken for a page."""

import json
from datetime import UTC, datetime

import httpx
import pytest

from orchestration.extract.errors import RepeatError, StopError, UnreadableAnswerError
from orchestration.extract.http import RepeatRule
from orchestration.extract.shopify import AccessTokenAuth, ShopifyClient
from orchestration.extract.streams import STREAMS, System

ORDERS = STREAMS[System.SHOPIFY, "orders"]
RETURNS = STREAMS[System.SHOPIFY, "returns"]
REFUNDS = STREAMS[System.SHOPIFY, "refunds"]
AGREEMENTS = STREAMS[System.SHOPIFY, "sales_agreements"]
DISPOSITIONS = STREAMS[System.SHOPIFY, "dispositions"]
LEVELS = STREAMS[System.SHOPIFY, "inventory_levels"]
LOCATIONS = STREAMS[System.SHOPIFY, "locations"]
SETTLEMENTS = STREAMS[System.SHOPIFY, "balance_transactions"]
CREDENTIAL = "shpat_very_secret"
THROTTLED = {
    "errors": [{"message": "Throttled", "extensions": {"code": "THROTTLED"}}],
    "extensions": {
        "cost": {
            "requestedQueryCost": 700,
            "actualQueryCost": None,
            "throttleStatus": {
                "maximumAvailable": 2000,
                "currentlyAvailable": 200,
                "restoreRate": 100,
            },
        }
    },
}


class Once(RepeatRule):
    """Lets the first error through, as the rule would see it."""

    def run(self, action, *, clock):  # noqa: ARG002 - the rule's signature
        return action()


@pytest.fixture
def client_of(play, time):
    def make(*answers, rule=None):
        source, http = play(*answers, auth=AccessTokenAuth(CREDENTIAL))
        return source, ShopifyClient(
            http, api_version="2026-07", source="store us", clock=time.clock, rule=rule
        )

    return make


def connection(*nodes, after=None):
    info = {"hasNextPage": after is not None, "endCursor": after}
    return {"pageInfo": info, "nodes": list(nodes)}


def orders(*nodes, after=None):
    return {"data": {"orders": connection(*nodes, after=after)}}


def error(code, **extensions):
    extensions = {"code": code, **extensions}
    return {"errors": [{"message": "no", "extensions": extensions}], "data": None}


def nodes_of(pages, stream):
    for page in pages:
        value = json.loads(page)
        for name in stream.records:
            value = value[name]
        yield from value


def test_pages_follow_the_cursor_and_come_as_received(client_of, base_url):
    first = b'{"data":{"orders":{"pageInfo":{"hasNextPage" : true,"endCursor":"c1"},"nodes":[]}}}'
    source, client = client_of(httpx.Response(200, content=first), orders({"id": "o2"}))

    pages = list(client.pages(ORDERS, since=None))

    assert pages[0] == first
    assert [body["variables"]["after"] for body in source.bodies] == [None, "c1"]
    assert {str(request.url) for request in source.requests} == {
        f"{base_url}/admin/api/2026-07/graphql.json"
    }
    assert source.requests[0].headers["X-Shopify-Access-Token"] == CREDENTIAL


@pytest.mark.parametrize(
    ("stream", "answer", "search"),
    [
        (ORDERS, orders(), "updated_at:>='2026-03-01T10:00:00Z'"),
        (
            SETTLEMENTS,
            {"data": {"shopifyPaymentsAccount": {"balanceTransactions": connection()}}},
            "processed_at:>='2026-03-01T10:00:00Z'",
        ),
    ],
)
def test_the_search_names_the_field_that_orders_changes(client_of, stream, answer, search):
    source, client = client_of(answer, answer)

    list(client.pages(stream, since=datetime(2026, 3, 1, 10, tzinfo=UTC)))
    list(client.pages(stream, since=None))

    assert [body["variables"]["query"] for body in source.bodies] == [search, ""]


def test_a_stream_without_a_search_sends_none(client_of):
    source, client = client_of({"data": {"locations": connection()}})

    list(client.pages(LOCATIONS, since=datetime(2026, 3, 1, tzinfo=UTC)))

    assert "query" not in source.bodies[0]["variables"]


def test_stock_is_read_at_every_location(client_of):
    source, client = client_of(
        {"data": {"locations": connection({"id": "l1"}, after="x")}},
        {"data": {"locations": connection({"id": "l2"})}},
        {"data": {"location": {"inventoryLevels": connection({"id": "v1"})}}},
        {"data": {"location": None}},
    )

    pages = list(client.pages(LEVELS, since=None))

    assert len(pages) == 2
    assert [body["variables"].get("locationId") for body in source.bodies[2:]] == ["l1", "l2"]


def test_a_store_without_a_payments_account_has_no_settlements(client_of):
    _, client = client_of({"data": {"shopifyPaymentsAccount": None}})

    assert len(list(client.pages(SETTLEMENTS, since=None))) == 1


def test_a_cursor_that_leads_back_is_noticed(client_of):
    _, client = client_of(orders({"id": "o1"}, after="c1"), orders({"id": "o1"}, after="c1"))

    with pytest.raises(UnreadableAnswerError, match="repeats a page"):
        list(client.pages(ORDERS, since=None))


def test_records_by_id_come_in_chunks_and_missing_ones_are_counted(client_of):
    ids = [f"r{n}" for n in range(25)]
    found = [{"id": name} for name in ids]
    source, client = client_of(
        {"data": {"nodes": [None, *found[1:20]]}}, {"data": {"nodes": found[20:]}}
    )

    records = list(nodes_of(client.records_by_id(RETURNS, ids), RETURNS))

    assert [len(body["variables"]["ids"]) for body in source.bodies] == [20, 5]
    assert [record["id"] for record in records if record] == ids[1:]
    assert client.missing["returns"] == 1


def test_fewer_records_than_ids_is_no_answer(client_of):
    _, client = client_of(*[{"data": {"nodes": [{"id": "r1"}]}}] * 4)

    with pytest.raises(UnreadableAnswerError, match="1 records for 2 ids"):
        list(client.records_by_id(RETURNS, ["r1", "r2"]))


def test_no_line_is_lost_where_an_order_has_more_than_a_page_of_them(client_of):
    order = {"id": "o1", "lineItems": connection({"id": "a"}, after="n1")}
    source, client = client_of(
        orders(order, {"id": "o2", "lineItems": connection({"id": "z"})}),
        {"data": {"node": {"connection": connection({"id": "b"}, after="n2")}}},
        {"data": {"node": {"connection": connection({"id": "c"})}}},
    )

    first, second = nodes_of(client.pages(ORDERS, since=None), ORDERS)

    assert [line["id"] for line in first["lineItems"]["nodes"]] == ["a", "b", "c"]
    assert [line["id"] for line in second["lineItems"]["nodes"]] == ["z"]
    assert [body["variables"].get("after") for body in source.bodies] == [None, "n1", "n2"]


def agreement(name, *sales, day, after=None):
    return {
        "id": name,
        "happenedAt": f"2026-03-{day:02}T10:00:00Z",
        "sales": connection(*({"id": sale} for sale in sales), after=after),
    }


def placed(*agreements, after=None):
    return {"data": {"node": {"connection": connection(*agreements, after=after)}}}


LEDGER = connection(
    {"id": "sold", "happenedAt": "2026-03-01T10:00:00Z"},
    agreement("g1", "s1", "s2", day=2, after="n1"),
    agreement("g2", "s9", day=3),
)


def test_no_sale_is_lost_where_an_agreement_that_no_id_leads_to_has_more_than_a_page(client_of):
    source, client = client_of(
        {"data": {"nodes": [{"id": "o1", "agreements": LEDGER}]}},
        placed({"id": "sold", "happenedAt": "2026-03-01T10:00:00Z"}, after="c1"),
        placed(agreement("g1", "s3", day=2, after="n2"), after="c2"),
        placed(agreement("g1", "s4", day=2), after="c2"),
    )

    (whole,) = nodes_of(client.records_by_id(AGREEMENTS, ["o1"]), AGREEMENTS)

    _, first, second = whole["agreements"]["nodes"]
    assert [sale["id"] for sale in first["sales"]["nodes"]] == ["s1", "s2", "s3", "s4"]
    assert [sale["id"] for sale in second["sales"]["nodes"]] == ["s9"]
    asked = [
        (body["variables"]["before"], body["variables"]["after"]) for body in source.bodies[1:]
    ]
    assert asked == [(None, None), ("c1", "n1"), ("c1", "n2")]


def test_a_sale_is_never_read_into_another_agreement(client_of):
    _, client = client_of(
        {"data": {"nodes": [{"id": "o1", "agreements": LEDGER}]}},
        placed({"id": "older", "happenedAt": "2026-02-01T10:00:00Z"}, after="c1"),
    )

    with pytest.raises(UnreadableAnswerError, match="changed places"):
        list(client.records_by_id(AGREEMENTS, ["o1"]))


def test_lines_without_an_id_are_each_a_line_of_their_own(client_of):
    def lines(*quantities, after=None):
        return connection(*({"id": None, "quantity": each} for each in quantities), after=after)

    _, client = client_of(
        {"data": {"nodes": [{"id": "f1", "refundLineItems": lines(1, 2, after="n1")}]}},
        {"data": {"node": {"connection": lines(3, 4)}}},
    )

    (whole,) = nodes_of(client.records_by_id(REFUNDS, ["f1"]), REFUNDS)

    assert [line["quantity"] for line in whole["refundLineItems"]["nodes"]] == [1, 2, 3, 4]


def test_a_further_page_that_is_too_costly_or_too_slow_is_asked_for_in_smaller_ones(client_of):
    order = {"id": "o1", "lineItems": connection({"id": "a"}, after="n1")}
    slow = httpx.Response(504)
    source, client = client_of(
        orders(order),
        error("MAX_COST_EXCEEDED"),
        {"data": {"node": {"connection": connection({"id": "b"}, after="n2")}}},
        slow,
        slow,
        {"data": {"node": {"connection": connection({"id": "c"})}}},
    )

    (whole,) = nodes_of(client.pages(ORDERS, since=None), ORDERS)

    assert [line["id"] for line in whole["lineItems"]["nodes"]] == ["a", "b", "c"]
    assert [body["variables"]["first"] for body in source.bodies[1:]] == [100, 50, 50, 50, 25]


def test_connections_within_connections_are_drained_too(client_of):
    inner = {"id": "rfo1", "lineItems": connection({"id": "a"}, after="n1")}
    record = {"id": "r1", "reverseFulfillmentOrders": connection(inner, after="m1")}
    later = {"id": "rfo2", "lineItems": connection({"id": "c"})}
    _, client = client_of(
        {"data": {"nodes": [record]}},
        {"data": {"node": {"connection": connection(later)}}},
        {"data": {"node": {"connection": connection({"id": "b"})}}},
    )

    (whole,) = nodes_of(client.records_by_id(DISPOSITIONS, ["r1"]), DISPOSITIONS)

    lines = [
        [line["id"] for line in order["lineItems"]["nodes"]]
        for order in whole["reverseFulfillmentOrders"]["nodes"]
    ]
    assert lines == [["a", "b"], ["c"]]


def test_a_record_that_goes_away_while_it_is_drained_is_not_half_taken(client_of):
    order = {"id": "o1", "lineItems": connection({"id": "a"}, after="n1")}
    _, client = client_of(orders(order), {"data": {"node": None}})

    with pytest.raises(UnreadableAnswerError, match="went away"):
        list(client.pages(ORDERS, since=None))


def test_a_throttled_answer_is_repeated(client_of):
    source, client = client_of(THROTTLED, orders())

    assert len(list(client.pages(ORDERS, since=None))) == 1
    assert len(source.requests) == 2


def test_the_bucket_of_the_last_answer_sets_the_pace(client_of, time):
    cost = THROTTLED["extensions"]
    _, client = client_of(orders(after="c1") | {"extensions": cost}, orders())

    list(client.pages(ORDERS, since=None))

    assert time.slept == [pytest.approx(5)]


def test_a_query_held_for_too_costly_is_asked_in_smaller_pages(client_of):
    source, client = client_of(error("MAX_COST_EXCEEDED"), orders(), orders())

    list(client.pages(ORDERS, since=None))
    list(client.pages(ORDERS, since=None))

    assert [body["variables"]["first"] for body in source.bodies] == [25, 12, 12]


@pytest.mark.parametrize("status", [200, 429])
@pytest.mark.parametrize(
    ("retry_after", "seconds"),
    [(None, 5), ("2", 5), ("9", 9), ("Fri, 20 Mar 2026 00:00:12 GMT", 12)],
)
def test_an_empty_bucket_is_waited_for_as_long_as_its_answer_says(
    client_of, status, retry_after, seconds
):
    headers = {} if retry_after is None else {"Retry-After": retry_after}
    _, client = client_of(httpx.Response(status, json=THROTTLED, headers=headers), rule=Once())

    with pytest.raises(RepeatError, match="busy") as caught:
        next(client.pages(ORDERS, since=None))

    assert caught.value.wait_seconds == seconds


def test_a_query_that_is_too_slow_twice_is_asked_for_half(client_of):
    slow = httpx.Response(504)
    source, client = client_of(slow, orders(), slow, slow, orders())

    list(client.pages(ORDERS, since=None))
    list(client.pages(ORDERS, since=None))

    assert [body["variables"]["first"] for body in source.bodies] == [25, 25, 25, 25, 12]


def test_what_has_no_smaller_pages_is_repeated_as_it_is_when_it_is_too_slow(client_of):
    source, client = client_of(httpx.Response(504), {"data": {"order": None}})

    assert client.ask("query Q($id: ID!) { order(id: $id) { id } }", {"id": "o1"}) == {
        "order": None
    }
    assert source.bodies[0] == source.bodies[1]


def test_one_record_that_is_too_slow_is_left_for_later(client_of):
    _, client = client_of(*[httpx.Response(504)] * 9)

    with pytest.raises(RepeatError, match="too slow for one record"):
        next(client.pages(ORDERS, since=None))


def test_one_record_that_is_too_costly_needs_a_person(client_of):
    _, client = client_of(*[error("MAX_COST_EXCEEDED")] * 9)

    with pytest.raises(StopError, match="fewer nested records"):
        next(client.pages(ORDERS, since=None))


@pytest.mark.parametrize(
    "fault",
    [
        *[httpx.Response(status) for status in (408, 429, 500, 502, 503, 530, 540)],
        httpx.ConnectError("refused"),
        httpx.ConnectTimeout("slow"),
        httpx.ReadTimeout("no answer"),
        httpx.ReadError("reset"),
        httpx.RemoteProtocolError("peer closed connection without sending complete message body"),
    ],
    ids=lambda fault: str(getattr(fault, "status_code", fault)),
)
def test_what_may_pass_is_asked_again_and_nothing_is_lost(client_of, fault):
    source, client = client_of(
        fault, orders({"id": "o1"}, after="c1"), fault, orders({"id": "o2"})
    )

    found = [record["id"] for record in nodes_of(client.pages(ORDERS, since=None), ORDERS)]

    assert found == ["o1", "o2"]
    assert len(source.requests) == 4


@pytest.mark.parametrize(
    "body",
    [
        b"<html>log in</html>",
        b"",
        b"{}",
        b'{"data":{"orders":{"pageInfo":{"hasNextPage":false},"nodes":[',
        b'{"data":null}',
        b'{"data":{"orders":{"nodes":7,"pageInfo":{"hasNextPage":false}}}}',
        b'{"data":{"orders":{"pageInfo":{"hasNextPage":false},"nodes":[{"name":"\xff"}]}}}',
    ],
    ids=["html", "empty", "no data", "cut off", "null data", "other shape", "no utf-8"],
)
def test_what_is_no_page_is_named_and_yields_nothing(client_of, body):
    _, client = client_of(*[httpx.Response(200, content=body) for _ in range(4)])

    with pytest.raises(UnreadableAnswerError, match="store us"):
        next(client.pages(ORDERS, since=None))


def test_every_cut_of_a_page_is_noticed(client_of):
    page = json.dumps(orders({"id": "o1", "name": "Zoë"}), ensure_ascii=False).encode()

    for size in range(len(page)):
        _, client = client_of(*[httpx.Response(200, content=page[:size]) for _ in range(4)])
        with pytest.raises(UnreadableAnswerError):
            next(client.pages(ORDERS, since=None))


def test_data_beside_an_error_is_not_used(client_of):
    answer = orders({"id": "o1"}) | error("INTERNAL_SERVER_ERROR") | orders({"id": "o1"})
    _, client = client_of(*[answer] * 4)

    with pytest.raises(RepeatError, match="failed inside"):
        next(client.pages(ORDERS, since=None))


def test_missing_access_names_what_to_grant(client_of):
    source, client = client_of(error("ACCESS_DENIED", requiredAccess="`read_returns`"))

    with pytest.raises(StopError, match="grant `read_returns`"):
        next(client.pages(ORDERS, since=None))
    assert len(source.requests) == 1


def test_a_search_text_that_was_ignored_is_noticed(client_of):
    warned = {"extensions": {"search": [{"path": ["orders"], "warnings": [{"field": "x"}]}]}}
    source, client = client_of(orders() | warned)

    with pytest.raises(StopError, match="search text"):
        next(client.pages(ORDERS, since=None))
    assert source.requests[0].headers["Shopify-Search-Query-Debug"] == "1"


def test_a_search_that_is_explained_without_a_warning_was_understood(client_of):
    told = [{"path": ["orders"], "query": "", "parsed": {}}]
    _, client = client_of(orders({"id": "o1"}) | {"extensions": {"search": told}})

    assert len(list(client.pages(ORDERS, since=None))) == 1


def test_an_answer_in_another_version_names_the_setting(client_of):
    headers = {"X-Shopify-API-Version": "2026-10"}
    _, client = client_of(httpx.Response(200, json=orders(), headers=headers))

    with pytest.raises(StopError, match="set SHOPIFY_API_VERSION"):
        next(client.pages(ORDERS, since=None))


@pytest.mark.parametrize("status", [401, 402, 403, 423, 430])
def test_the_token_is_shown_nowhere(client_of, status):
    _, client = client_of(httpx.Response(status, text=CREDENTIAL))

    with pytest.raises(StopError) as caught:
        next(client.pages(ORDERS, since=None))
    assert CREDENTIAL not in repr(caught.value)
    assert CREDENTIAL not in repr(vars(client))
