"""The recording: what the sandbox answers to the project's own client, exchange by exchange."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import httpx
import msgspec

from orchestration.extract.shopify import ShopifyClient
from orchestration.extract.streams import STREAMS, System

CLOCK = datetime(2026, 2, 20, tzinfo=UTC)
SEED, STORE, API_VERSION = 1, "us", "2026-07"
LINES_AN_ORDER, LINES_A_RETURN = 5, 3
# As many as a run has in flight where nothing else is set.
WIDTH = 8
ORDERS = STREAMS[System.SHOPIFY, "orders"]
Node = msgspec.Raw


class Exchange(msgspec.Struct):
    """One request of the client and the body that answered it."""

    asked: str
    answered: str


class Recorded(msgspec.Struct):
    """A store of the sandbox: its orders oldest change first, and what was said about them."""

    orders: list[Node]
    beside: list[Node]
    objects: list[Node]
    exchanges: list[Exchange]


class Listener(httpx.HTTPTransport):
    """A way to the sandbox that remembers what went over it."""

    def __init__(self) -> None:
        super().__init__()
        self.exchanges: list[Exchange] = []
        self._lock = threading.Lock()

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Send, read the answer and keep both."""
        response = super().handle_request(request)
        body = response.read()
        with self._lock:
            self.exchanges.append(Exchange(request.read().decode(), body.decode()))
        return httpx.Response(
            response.status_code, headers=response.headers, content=body, request=request
        )


def record(*, returns: int, file: str) -> int:
    """Draw a business, let the client read a store's orders in every way, and keep all of it."""
    # What is measured imports what stands here, and needs no sandbox.
    from orchestration.sandbox.business import Shape
    from orchestration.sandbox.server import serve
    from orchestration.sandbox.source import BusinessSource

    source = BusinessSource(returns, SEED, CLOCK, Shape(LINES_AN_ORDER, LINES_A_RETURN))
    with TemporaryDirectory() as folder, serve(Path(folder), source, clock=lambda: CLOCK) as books:
        listener = Listener()
        store = books.environment[f"SHOPIFY_{STORE.upper()}_URL"]
        token = books.environment[f"SHOPIFY_{STORE.upper()}_ACCESS_TOKEN"]
        with client_of(store, token=token, listener=listener, width=WIDTH) as client:
            recorded = _read(client, Path(folder) / "objects.jsonl")
    recorded.exchanges = listener.exchanges
    Path(file).write_bytes(msgspec.json.encode(recorded))
    return len(recorded.orders)


def _read(client: ShopifyClient, export: Path) -> Recorded:
    pages = client.pages(ORDERS, since=None)
    # Windows meet the order at their edge again.
    by_place = {place_of(node): node for page in pages for node in nodes_in(page)}
    orders = [by_place[place] for place in sorted(by_place)]
    client.export(ORDERS, export)
    objects = [Node(line) for line in export.read_bytes().splitlines()]
    ids = [id_ for _, id_ in sorted(by_place)]
    by_id = ORDERS.read_by_id("beside_bulk_orders")
    answers = client.records_by_id(by_id, ids)
    beside = {place_of(node)[1]: node for answer in answers for node in nodes_in(answer)}
    return Recorded(orders, [beside[id_] for id_ in ids], objects, [])


@contextmanager
def client_of(
    url: str, *, token: str = "", listener: Listener | None = None, width: int = 1
) -> Iterator[ShopifyClient]:
    """Open the project's own client of a store, as a run opens it, `width` requests in flight."""
    headers = {"X-Shopify-Access-Token": token}
    with (
        httpx.Client(
            base_url=url, headers=headers, transport=listener, timeout=60, trust_env=False
        ) as http,
        httpx.Client(timeout=60, trust_env=False) as files,
    ):
        yield ShopifyClient(
            http,
            api_version=API_VERSION,
            source=f"store {STORE}",
            files=files,
            bulk_from=1,
            width=width,
        )


def place_of(record: Node) -> tuple[str, str]:
    """Return where an order stands in the storefront's order of change."""
    members = msgspec.json.decode(record, type=dict[str, Node])
    changed = members.get("updatedAt", Node(b'""'))
    return msgspec.json.decode(changed, type=str), msgspec.json.decode(members["id"], type=str)


def nodes_in(answer: bytes) -> list[Node]:
    """Return the text of each record of an answer, a page or a reading by id."""
    data = msgspec.json.decode(answer, type=dict[str, Node])["data"]
    members = msgspec.json.decode(data, type=dict[str, Node])
    if "orders" in members:
        members = msgspec.json.decode(members["orders"], type=dict[str, Node])
    return [Node(bytes(node)) for node in msgspec.json.decode(members["nodes"], type=list[Node])]
