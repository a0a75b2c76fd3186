"""A signed assertion becomes a token, kept until shortly before its end."""

import threading
from urllib.parse import parse_qs

import httpx
import pytest
from joserfc import jwt
from joserfc.jwk import ECKey, RSAKey

from orchestration.extract.errors import RepeatError, StopError, UnreadableAnswerError
from orchestration.extract.netsuite import ClientCredentials, assertion_auth

ENDPOINT = "https://erp.example/services/rest/auth/oauth2/v1/token"
RSA = RSAKey.generate_key(3072)


class Account:
    """Issues numbered tokens, and answers whoever brings the newest."""

    def __init__(self, *, expires_in=3600, failure=None):
        self.expires_in = expires_in
        self.failure = failure
        self.assertions = []
        self.revoked = set()

    def __call__(self, request):
        if str(request.url) == ENDPOINT:
            if self.failure is not None:
                return self.failure
            form = {name: values[0] for name, values in parse_qs(request.content.decode()).items()}
            assert form["grant_type"] == "client_credentials"
            self.assertions.append(form["client_assertion"])
            token = f"token-{len(self.assertions)}"
            return httpx.Response(200, json={"access_token": token, "expires_in": self.expires_in})
        token = request.headers["Authorization"].removeprefix("Bearer ")
        return httpx.Response(401 if token in self.revoked else 200, text=token)


class Watch:
    seconds = 1_700_000_000.0

    def __call__(self):
        return self.seconds


def auth_with(key, now=None):
    credentials = ClientCredentials(
        client_id="client-1",
        certificate_id="certificate-1",
        private_key=key.as_pem(private=True).decode(),
    )
    now = now or Watch()
    return assertion_auth(credentials, token_url=ENDPOINT, now=now, ticks=now)


def client_of(account, auth):
    return httpx.Client(
        base_url="https://erp.example", transport=httpx.MockTransport(account), auth=auth
    )


@pytest.mark.parametrize(
    ("key", "algorithm"),
    [
        (RSA, "PS256"),
        (ECKey.generate_key("P-256"), "ES256"),
        (ECKey.generate_key("P-384"), "ES384"),
        (ECKey.generate_key("P-521"), "ES512"),
    ],
    ids=["RSA", "P-256", "P-384", "P-521"],
)
def test_the_assertion_is_signed_as_the_key_demands(key, algorithm):
    account = Account()

    client_of(account, auth_with(key)).get("/x")

    token = jwt.decode(account.assertions[0], key, algorithms=[algorithm])
    assert token.header == {"typ": "JWT", "alg": algorithm, "kid": "certificate-1"}
    assert token.claims["iss"] == "client-1"
    assert token.claims["aud"] == ENDPOINT
    assert token.claims["scope"] == ["rest_webservices"]
    assert token.claims["exp"] - token.claims["iat"] == 300


def test_a_token_is_kept_until_five_minutes_before_its_end():
    account, watch = Account(expires_in="3600"), Watch()
    client = client_of(account, auth_with(RSA, watch))

    first = client.get("/x").text
    watch.seconds += 3299
    second = client.get("/x").text
    watch.seconds += 2
    third = client.get("/x").text

    assert [first, second, third] == ["token-1", "token-1", "token-2"]


def test_every_assertion_has_an_id_of_its_own():
    account, watch = Account(), Watch()
    client = client_of(account, auth_with(RSA, watch))

    client.get("/x")
    watch.seconds += 4000
    client.get("/x")

    ids = {
        jwt.decode(text, RSA, algorithms=["PS256"]).claims["jti"] for text in account.assertions
    }
    assert len(ids) == 2


def test_a_revoked_token_is_renewed_once():
    account = Account()
    account.revoked = {"token-1"}

    assert client_of(account, auth_with(RSA)).get("/x").text == "token-2"


def test_a_renewed_token_that_is_refused_too_is_the_callers_to_judge():
    account = Account()
    account.revoked = {"token-1", "token-2"}

    assert client_of(account, auth_with(RSA)).get("/x").status_code == 401
    assert len(account.assertions) == 2


def test_threads_share_one_token():
    account = Account()
    client = client_of(account, auth_with(RSA))
    threads = [threading.Thread(target=client.get, args=("/x",)) for _ in range(8)]

    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(account.assertions) == 1


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (httpx.Response(503), RepeatError),
        (httpx.Response(429), RepeatError),
        (httpx.Response(400, json={"error": "invalid_client"}), StopError),
        (httpx.Response(401), StopError),
        (httpx.Response(200, text="<html>"), UnreadableAnswerError),
        (httpx.Response(200, text="[" * 100_000), UnreadableAnswerError),
        (httpx.Response(200, json={"expires_in": 5}), UnreadableAnswerError),
        (httpx.Response(200, json={"access_token": "x", "expires_in": "soon"}), RepeatError),
    ],
)
def test_a_token_endpoint_that_gives_no_token_says_what_to_do(answer, error):
    client = client_of(Account(failure=answer), auth_with(RSA))

    with pytest.raises(error, match="token endpoint"):
        client.get("/x")


def test_a_file_that_is_no_key_is_named_without_its_content():
    credentials = ClientCredentials(client_id="c", certificate_id="d", private_key="top-secret")

    with pytest.raises(StopError, match="NETSUITE_PRIVATE_KEY_FILE") as caught:
        assertion_auth(credentials, token_url=ENDPOINT)
    assert "top-secret" not in repr(caught.value) + repr(credentials)
    assert caught.value.__suppress_context__


def test_a_key_under_a_password_is_named_with_the_way_to_one_without():
    encrypted = RSA.as_pem(private=True, password="secret").decode()  # noqa: S106 - none
    credentials = ClientCredentials("client", "certificate", encrypted)

    with pytest.raises(StopError, match="openssl pkey") as caught:
        assertion_auth(credentials, token_url=ENDPOINT)
    assert caught.value.__cause__ is None
