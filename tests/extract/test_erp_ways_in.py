"""Every way into the ERP, against a server that verifies what it is shown."""

from pathlib import Path

import httpx
import pytest

from orchestration.extract.errors import StopError
from orchestration.extract.netsuite import TokenBasedAuth, TokenCredentials
from orchestration.extract.streams import STREAMS, System
from orchestration.resources.netsuite import open_account, open_netsuite
from orchestration.resources.settings import read_netsuite
from orchestration.sandbox.server import serve

FILES = [Path(__file__).parents[1] / "scenarios" / "clean_single_return.yaml"]
ITEMS = STREAMS[System.NETSUITE, "items"]
QUERY = "/services/rest/query/v1/suiteql"


@pytest.fixture(scope="module")
def running(tmp_path_factory):
    with serve(tmp_path_factory.mktemp("books"), FILES) as sandbox:
        yield sandbox


@pytest.fixture(params=["RSA", "curve", "token"])
def environment(request, running):
    credentials, account = running.books.credentials, running.books.account
    ways = {
        "RSA": lambda: credentials.environment(running.url),
        "curve": lambda: credentials.curve_environment(running.url),
        "token": lambda: credentials.token_environment(running.url, account.account_id),
    }
    return ways[request.param]()


def test_whoever_is_known_is_let_in(environment):
    with open_netsuite(read_netsuite(environment)) as client:
        assert list(client.pages(ITEMS, since=None))


@pytest.mark.parametrize(
    "name", ["NETSUITE_TOKEN_SECRET", "NETSUITE_CONSUMER_SECRET", "NETSUITE_ACCOUNT_ID"]
)
def test_a_signature_of_another_is_refused_with_its_remedy(running, name):
    account = running.books.account.account_id
    environment = running.books.credentials.token_environment(running.url, account)

    with (
        open_netsuite(read_netsuite(environment | {name: "another"})) as client,
        pytest.raises(StopError, match=r"INVALID_LOGIN.*login audit trail"),
    ):
        list(client.pages(ITEMS, since=None))


def test_a_signature_is_good_once_and_for_its_own_query_alone(running):
    account = running.books.account.account_id
    environment = running.books.credentials.token_environment(running.url, account)
    with open_account(read_netsuite(environment)) as http:
        sent = http.post(QUERY, params={"limit": 5, "offset": 0}, json={"q": "SELECT 1 FROM DUAL"})
        signed = sent.request.headers["Authorization"]
        again = {"Authorization": signed, "Prefer": "transient"}
        for limit in (5, 6):
            repeated = httpx.post(
                f"{http.base_url}{QUERY.removeprefix('/')}",
                params={"limit": limit, "offset": 0},
                json={"q": "SELECT 1 FROM DUAL"},
                headers=again,
            )
            assert repeated.status_code == httpx.codes.UNAUTHORIZED
    assert 'realm="SANDBOX_SB1"' in signed
    assert 'oauth_signature_method="HMAC-SHA256"' in signed


def test_secrets_are_shown_nowhere():
    names = ("account_id", "consumer_key", "token_id", "consumer_secret", "token_secret")
    known = TokenCredentials(**{name: f"the {name}" for name in names})

    for shown in (repr(known), repr(vars(TokenBasedAuth(known)))):
        assert "the consumer_key" in shown
        assert "the consumer_secret" not in shown
        assert "the token_secret" not in shown
