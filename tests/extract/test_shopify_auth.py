"""Client credentials become tokens of a day, renewed before their end and shown nowhere."""

import json
import threading
import traceback
from pathlib import Path
from urllib.parse import parse_qs

import httpx
import pytest

from orchestration.extract.errors import RepeatError, StopError, UnreadableAnswerError
from orchestration.extract.shopify import StoreTokenDesk, client_credentials_auth
from orchestration.extract.streams import STREAMS, System
from orchestration.resources.settings import read_stores
from orchestration.resources.shopify import open_store
from orchestration.sandbox.server import serve

CREDENTIAL = "shpss_very_secret"
STORE = "https://shop.example"
DAY = 86_399
ORDERS = STREAMS[System.SHOPIFY, "orders"]
FLOW = Path(__file__).parents[1] / "scenarios" / "clean_single_return.yaml"


class Store:
    """Issues numbered tokens for the right secret, and answers whoever brings a living one."""

    def __init__(self, *, answer=None, expires_in=DAY):
        self.answer, self.expires_in = answer, expires_in
        self.granted, self.revoked = 0, set()

    def __call__(self, request):
        if request.url.path == "/admin/oauth/access_token":
            if self.answer is not None:
                return self.answer
            form = {name: values[0] for name, values in parse_qs(request.content.decode()).items()}
            assert form == {
                "grant_type": "client_credentials",
                "client_id": "app-1",
                "client_secret": CREDENTIAL,
            }
            self.granted += 1
            said = {"access_token": f"token-{self.granted}", "scope": "read_orders"}
            return httpx.Response(200, json=said | {"expires_in": self.expires_in})
        token = request.headers["X-Shopify-Access-Token"]
        return httpx.Response(401 if token in self.revoked else 200, text=token)


class Watch:
    seconds = 5000.0

    def __call__(self):
        return self.seconds


def client_of(store, watch=None):
    desk = StoreTokenDesk(STORE, "app-1", CREDENTIAL, source="store us")
    auth = client_credentials_auth(desk, ticks=watch or Watch())
    return httpx.Client(base_url=STORE, transport=httpx.MockTransport(store), auth=auth)


def test_one_token_serves_until_shortly_before_its_end():
    store, watch = Store(), Watch()
    client = client_of(store, watch)

    said = []
    for seconds in (0, DAY - 301, 2, DAY - 400):
        watch.seconds += seconds
        said.append(client.get("/x").text)

    assert said == ["token-1", "token-1", "token-2", "token-2"]


def test_a_token_that_was_revoked_is_renewed_once():
    store = Store()
    client = client_of(store)
    client.get("/x")
    store.revoked |= {"token-1"}

    assert client.get("/x").text == "token-2"

    store.revoked |= {"token-2", "token-3"}
    assert client.get("/x").status_code == httpx.codes.UNAUTHORIZED


def test_threads_that_find_the_token_at_its_end_renew_it_once():
    store, watch = Store(), Watch()
    client = client_of(store, watch)
    client.get("/x")
    watch.seconds += DAY
    start, said = threading.Barrier(8), []

    def ask():
        start.wait()
        said.append(client.get("/x").text)

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert said == ["token-2"] * 8
    assert store.granted == 2


@pytest.mark.parametrize(
    ("answer", "kind", "says"),
    [
        (httpx.Response(400, text=CREDENTIAL), StopError, "check the app's client id and secret"),
        (httpx.Response(503), RepeatError, "repeat later"),
        (
            httpx.Response(200, text=f"<html>{CREDENTIAL}"),
            UnreadableAnswerError,
            "without a token",
        ),
        (httpx.Response(200, text="[" * 100_000), UnreadableAnswerError, "without a token"),
        (
            httpx.Response(200, json={"access_token": CREDENTIAL, "scope": "", "expires_in": DAY}),
            StopError,
            "without any scope",
        ),
    ],
    ids=["refused", "busy", "no token", "nested too deep", "no scope"],
)
def test_a_grant_that_fails_says_why_and_shows_no_secret(answer, kind, says):
    client = client_of(Store(answer=answer))

    with pytest.raises(kind, match=says) as caught:
        client.get("/x")

    told = "".join(traceback.format_exception(caught.value))
    assert CREDENTIAL not in told + repr(vars(client)) + repr(
        StoreTokenDesk(STORE, "a", CREDENTIAL)
    )


def test_the_sandbox_is_read_with_client_credentials(tmp_path):
    with serve(tmp_path, [FLOW]) as running:
        (store,) = read_stores(with_client_credentials(running))
        with open_store(store) as client:
            before = list(client.pages(ORDERS, since=None))
            running.storefront.desk.revoke()
            after = list(client.pages(ORDERS, since=None))

    (first,), (second,) = before, after
    assert json.loads(first)["data"] == json.loads(second)["data"]
    assert json.loads(first)["data"]["orders"]["nodes"]


def test_the_sandbox_refuses_a_wrong_secret(tmp_path):
    with serve(tmp_path, [FLOW]) as running:
        env = with_client_credentials(running) | {"SHOPIFY_US_CLIENT_SECRET": "shpss_other"}
        (store,) = read_stores(env)
        with open_store(store) as client, pytest.raises(StopError, match="client id and secret"):
            next(client.pages(ORDERS, since=None))


def with_client_credentials(running):
    env = {n: value for n, value in running.environment.items() if "ACCESS_TOKEN" not in n}
    return env | {"SHOPIFY_US_CLIENT_ID": running.storefront.desk.app.client_id}
