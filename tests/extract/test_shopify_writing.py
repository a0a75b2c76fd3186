"""A write is sent once, and its outcome is either known or said not to be."""

import httpx
import pytest

from orchestration.extract.errors import (
    OutcomeUnknownError,
    RefusedError,
    RepeatError,
    StopError,
)
from orchestration.extract.shopify import ShopifyClient

MUTATION = "mutation M($key: String!) { m }"
MOVED = {"inventoryMoveQuantities": {"userErrors": []}}


@pytest.fixture
def writer(play, time):
    def make(answer):
        source, http = play(answer)
        return source, ShopifyClient(
            http, api_version="2026-07", source="store us", clock=time.clock
        )

    return make


def errors(code, data=None):
    return {"data": data, "errors": [{"message": "no", "extensions": {"code": code}}]}


def test_the_data_of_a_write_is_returned(writer):
    source, client = writer({"data": MOVED})

    assert client.execute(MUTATION, {"key": "k"}) == MOVED
    assert source.bodies == [{"query": MUTATION, "variables": {"key": "k"}}]


NOTHING = [
    {"errors": None, "extensions": None},
    {"extensions": {"cost": None, "search": None}},
    {"errors": []},
]


@pytest.mark.parametrize("beside", NOTHING)
def test_what_is_null_beside_the_data_is_as_if_it_were_not_there(writer, beside):
    _, client = writer({"data": MOVED} | beside)

    assert client.execute(MUTATION, {}) == MOVED


@pytest.mark.parametrize("extensions", [None, {"code": None}, {"code": 422}])
def test_an_error_without_a_name_of_its_own_leaves_a_write_unknown(writer, extensions):
    _, client = writer({"errors": [{"message": None, "extensions": extensions}]})

    with pytest.raises(OutcomeUnknownError):
        client.execute(MUTATION, {})


def test_a_refusal_of_the_records_own_kind_is_the_callers_to_read(writer):
    refused = {"inventoryMoveQuantities": {"userErrors": [{"code": "NOT_FOUND"}]}}
    _, client = writer({"data": refused})

    assert client.execute(MUTATION, {}) == refused


def test_equal_variables_are_sent_as_equal_text(writer):
    first, one = writer({"data": MOVED})
    second, other = writer({"data": MOVED})

    one.execute(MUTATION, {"a": 1, "b": {"c": 2, "d": 3}})
    other.execute(MUTATION, {"b": {"d": 3, "c": 2}, "a": 1})

    assert first.requests[0].content == second.requests[0].content


@pytest.mark.parametrize(
    "answer",
    [
        httpx.ReadTimeout("no answer"),
        httpx.RemoteProtocolError("closed"),
        httpx.WriteError("reset"),
        httpx.Response(500),
        httpx.Response(503),
        httpx.Response(408),
        httpx.Response(200, text="<html>"),
        httpx.Response(200, text='{"data":{"a":'),
        httpx.Response(200, content=b"{}", headers={"content-length": "9"}),
        errors("INTERNAL_SERVER_ERROR"),
        errors("SOMETHING_NEW"),
        errors(""),
        errors("BAD_REQUEST", data=MOVED),
    ],
)
def test_where_the_outcome_is_not_known_the_write_is_not_repeated(writer, answer):
    source, client = writer(answer)

    with pytest.raises(OutcomeUnknownError, match="read back"):
        client.execute(MUTATION, {})
    assert len(source.requests) == 1


@pytest.mark.parametrize(
    "answer",
    [
        httpx.ConnectError("refused"),
        httpx.Response(429),
        errors("THROTTLED"),
    ],
)
def test_a_write_that_was_never_run_may_be_sent_again_later(writer, answer):
    source, client = writer(answer)

    with pytest.raises(RepeatError):
        client.execute(MUTATION, {})
    assert len(source.requests) == 1


@pytest.mark.parametrize(
    "code",
    [
        "INVALID_FIELD_ARGUMENTS",
        "argumentNotAccepted",
        "IDEMPOTENCY_CONCURRENT_REQUEST",
        "IDEMPOTENCY_PREVIOUS_ATTEMPT_FAILED",
    ],
)
def test_a_refused_write_carries_the_sources_own_codes(writer, code):
    _, client = writer(errors(code))

    with pytest.raises(RefusedError) as caught:
        client.execute(MUTATION, {})
    assert caught.value.codes == (code,)


@pytest.mark.parametrize("answer", [httpx.Response(401), errors("ACCESS_DENIED")])
def test_a_write_without_permission_stops(writer, answer):
    _, client = writer(answer)

    with pytest.raises(StopError):
        client.execute(MUTATION, {})
