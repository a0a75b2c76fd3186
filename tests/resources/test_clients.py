"""Configuration in, ready client out: tried against a source on loopback."""

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from joserfc.jwk import ECKey

from orchestration.extract.errors import OutcomeUnknownError
from orchestration.extract.streams import STREAMS, System
from orchestration.resources.netsuite import open_netsuite
from orchestration.resources.settings import read_netsuite, read_stores
from orchestration.resources.shopify import open_store

ORDERS = STREAMS[System.SHOPIFY, "orders"]
ITEMS = STREAMS[System.NETSUITE, "items"]
PAGE = b'{"data":{"orders":{"pageInfo":{"hasNextPage":false,"endCursor":null},"nodes":[]}}}'
ANSWERS = {
    "/us/admin/api/2026-07/graphql.json": PAGE,
    "/erp/services/rest/auth/oauth2/v1/token": b'{"access_token":"t1","expires_in":"3600"}',
    "/erp/services/rest/query/v1/suiteql": b'{"count":0,"hasMore":false,"items":[]}',
}


class Handler(BaseHTTPRequestHandler):
    def do_POST(self):
        self.rfile.read(int(self.headers["Content-Length"]))
        self.server.seen.append((self.path, dict(self.headers)))
        body = ANSWERS[self.path.partition("?")[0]]
        self.send_response(200)
        self.send_header("Content-Length", str(len(body) + self.server.overstated))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        """Say nothing: the test looks at what was seen."""


@pytest.fixture
def server():
    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as opened:
        opened.seen, opened.overstated = [], 0
        thread = threading.Thread(target=opened.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield opened
        opened.shutdown()
        thread.join()


@pytest.fixture
def store(server):
    (settings,) = read_stores(
        {
            "SHOPIFY_STORES": "us",
            "SHOPIFY_US_URL": f"http://127.0.0.1:{server.server_port}/us",
            "SHOPIFY_US_ACCESS_TOKEN": "token-us",
        }
    )
    return settings


def test_a_stores_client_asks_its_own_address_with_its_own_token(server, store):
    with open_store(store) as client:
        assert list(client.pages(ORDERS, since=None)) == [PAGE]

    ((path, headers),) = server.seen
    assert path == "/us/admin/api/2026-07/graphql.json"
    assert headers["X-Shopify-Access-Token"] == "token-us"


def test_a_body_cut_off_on_the_wire_is_noticed(server, store):
    server.overstated = 10

    with open_store(store) as client, pytest.raises(OutcomeUnknownError):
        client.execute("mutation { x }", {})


def test_the_erps_client_fetches_a_token_and_uses_it(server, tmp_path):
    key = tmp_path / "key.pem"
    key.write_bytes(ECKey.generate_key("P-256").as_pem(private=True))
    env = {
        "NETSUITE_URL": f"http://127.0.0.1:{server.server_port}/erp",
        "NETSUITE_CLIENT_ID": "client",
        "NETSUITE_CERTIFICATE_ID": "certificate",
        "NETSUITE_PRIVATE_KEY_FILE": str(key),
    }

    with open_netsuite(read_netsuite(env)) as client:
        assert len(list(client.pages(ITEMS, since=None))) == 1

    paths = [path for path, _ in server.seen]
    assert paths[0].endswith("/token")
    assert paths[1].endswith("/suiteql?limit=1000&offset=0")
    assert server.seen[1][1]["Authorization"] == "Bearer t1"
