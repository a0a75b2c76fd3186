"""The ERP's token endpoint and what each query must bring with it."""

import httpx
import pytest

ONE = "SELECT 1 AS one FROM DUAL"


def refused(answer):
    assert answer.status_code in (httpx.codes.BAD_REQUEST, httpx.codes.UNAUTHORIZED), answer.text
    return answer.json()["error"]


def test_an_assertion_signed_as_asked_gets_a_token_for_an_hour(erp):
    answer = erp.grant(erp.assertion(algorithm="PS256"))
    assert answer.status_code == httpx.codes.OK
    granted = answer.json()
    kind, seconds = granted["token_type"], granted["expires_in"]
    assert (kind, seconds) == ("Bearer", "3600")


def test_rs256_is_refused(erp):
    assert refused(erp.grant(erp.assertion(algorithm="RS256"))) == "invalid_client"


@pytest.mark.parametrize(
    "claims",
    [
        {"aud": "https://elsewhere.example/token"},
        {"key_id": "another-certificate"},
        {"iss": "another-client"},
        {"jti": ""},
        {"exp": "soon"},
    ],
)
def test_an_assertion_with_a_wrong_claim_is_refused(erp, claims):
    assert refused(erp.grant(erp.assertion(**claims))) == "invalid_client"


def test_an_assertion_is_good_once(erp):
    assertion = erp.assertion()
    assert erp.grant(assertion).status_code == httpx.codes.OK
    assert refused(erp.grant(assertion)) == "invalid_client"


@pytest.mark.parametrize("lasts", [0, -1, 3600])
def test_an_assertion_that_is_over_or_lasts_an_hour_is_refused(erp, lasts):
    assert refused(erp.grant(erp.assertion(lasts=lasts))) == "invalid_grant"


def test_an_assertion_from_an_hour_ago_is_refused(erp):
    made = int(erp.clock().timestamp()) - 3600
    assert refused(erp.grant(erp.assertion(iat=made, exp=made + 300))) == "invalid_grant"


def test_garbage_and_other_grants_are_refused(erp):
    assert refused(erp.grant("not.a.token")) == "invalid_client"
    assert refused(erp.grant(erp.assertion(), grant_type="password")) == "unsupported_grant_type"
    assert refused(erp.grant(erp.assertion(), client_assertion_type="x")) == "invalid_request"


@pytest.mark.parametrize("value", [None, "Bearer nobody", "Basic nobody"])
def test_a_query_needs_a_living_token(erp, value):
    answer = erp.post(ONE, headers={"Authorization": value})
    assert answer.status_code == httpx.codes.UNAUTHORIZED
    assert answer.json()["o:errorDetails"][0]["o:errorCode"] == "INVALID_LOGIN"


@pytest.mark.parametrize("value", [None, "respond-async"])
def test_a_query_needs_the_transient_header(erp, value):
    answer = erp.post(ONE, headers={"Prefer": value})
    assert answer.status_code == httpx.codes.BAD_REQUEST
    assert "Prefer" in answer.json()["o:errorDetails"][0]["detail"]
    assert answer.headers["Content-Type"].startswith("application/vnd.oracle.resource+json")


def test_a_body_without_a_query_is_refused(erp):
    headers = {"Authorization": f"Bearer {erp.token()}", "Prefer": "transient"}
    answer = httpx.post(erp.url, content=b'{"query": 1}', headers=headers)
    assert answer.json()["o:errorDetails"][0]["o:errorCode"] == "INVALID_CONTENT"
