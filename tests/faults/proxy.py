"""A proxy on loopback between the clients and the sandbox, which answers as it is told to."""

import http.client
import json
import re
import socket
import struct
import threading
import time
from collections.abc import Callable
from contextlib import closing, suppress
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import BinaryIO
from urllib.parse import parse_qsl, urlencode, urlsplit

OPERATION = re.compile(r"^(?:query|mutation)\s+(\w+)", re.MULTILINE)
TABLE = re.compile(r"FROM\s+\(?\s*(\w+)", re.IGNORECASE)
KIND = re.compile(r"type = '(\w+)'")
LINGER_AND_RESET = struct.pack("ii", 1, 0)
REFUSING_SECONDS = 0.02
OPEN_SECONDS = 30
HOP_BY_HOP = {"connection", "content-length", "transfer-encoding"}


@dataclass(frozen=True)
class Ask:
    """One request as it came in; `label` names what it asks for, whatever the page."""

    method: str
    target: str
    headers: dict[str, str] = field(repr=False)
    body: bytes = field(repr=False)

    @property
    def label(self) -> str:
        """The operation of a document, the table and type of a query, or the path."""
        path = urlsplit(self.target).path
        text = self.body.decode(errors="replace")
        if path.endswith("graphql.json"):
            named = OPERATION.search(json.loads(self.body)["query"])
            return named[1] if named else "graphql"
        if path.endswith("suiteql"):
            table, kind = TABLE.search(text.replace("\\n", " ")), KIND.search(text)
            return "-".join(found[1].lower() for found in (table, kind) if found)
        return path.rpartition("/")[2]

    @property
    def is_file(self) -> bool:
        """Whether the file of a bulk operation is asked for."""
        return "/bulk/" in self.target

    @property
    def moves(self) -> bool:
        """Whether the same request has another answer each time, though the books stand still."""
        return self.label == "token" or self.label.startswith("Bulk") or self.is_file


@dataclass(frozen=True)
class Answer:
    """An answer as the sandbox gave it, or as a fault made it."""

    status: int
    headers: dict[str, str]
    body: bytes = field(repr=False)

    def with_body(self, body: bytes, **headers: str) -> "Answer":
        """Return the answer with another body, and a length that fits it."""
        return replace(self, body=body, headers={**self.headers, **headers})

    def with_json(self, value: object) -> "Answer":
        """Return the answer with another content."""
        return self.with_body(json.dumps(value).encode())


class End(StrEnum):
    """What becomes of the connection after what was sent."""

    KEEP = "keep"
    CLOSE = "close"
    RESET = "reset"


@dataclass(frozen=True)
class Reply:
    """
    What goes over the wire: an answer whole, or the first `sent` bytes of its body.

    `announced` is the Content-Length, None for the body's own; with `is_unannounced` the body ends
    with the connection. After `pause_at` bytes of the body (-1: before the first header)
    nothing is sent for `pause_seconds`.
    """

    answer: Answer | None
    sent: int | None = None
    announced: int | None = None
    is_unannounced: bool = False
    end: End = End.KEEP
    pause_at: int | None = None
    pause_seconds: float = 0.0
    refuses_next: bool = False


Forward = Callable[[Ask], Answer]
Plan = Callable[[Ask, Forward], Reply]


def passing(ask: Ask, forward: Forward) -> Reply:
    """Answer as the sandbox does."""
    return Reply(forward(ask))


class Proxy:
    """
    Serves while it is entered; `plan` says what becomes of each request.

    Answers of the sandbox are kept by request, because its books stand still; `forget` drops
    them. Queries of the ERP are answered in pages of `erp_rows`, documents of the storefront in
    pages of `store_rows`: both may give fewer than asked.
    """

    def __init__(self, upstream: str, *, erp_rows: int = 40, store_rows: int = 4) -> None:
        parts = urlsplit(upstream)
        self._upstream = (parts.hostname, parts.port)
        self._rows = {"erp": erp_rows, "store": store_rows}
        self._kept: dict[tuple[str, str, bytes], Answer] = {}
        self._lock = threading.Lock()
        self._listener = _listening(0)
        self._port = self._listener.getsockname()[1]
        self._is_open = True
        self._door = threading.Event()
        self._door.set()
        self.url = f"http://127.0.0.1:{self._port}"
        self.plan: Plan = passing
        self.asked: list[Ask] = []

    def __enter__(self) -> "Proxy":
        threading.Thread(target=self._accept, args=(self._listener,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._is_open = False
        self._listener.close()

    def wait_until_open(self) -> None:
        """Wait until nobody who connects is refused."""
        assert self._door.wait(OPEN_SECONDS), "the proxy did not open again"

    def forget(self) -> None:
        """Ask the sandbox anew for everything."""
        self._kept.clear()

    def forward(self, ask: Ask) -> Answer:
        """Return the sandbox's answer."""
        ask = self._in_small_pages(ask)
        key = (ask.method, ask.target, ask.body)
        if key in self._kept:
            return self._kept[key]
        connection = http.client.HTTPConnection(*self._upstream, timeout=60)
        with closing(connection):
            # With its own Host: a token is asked for at the address that the client knows.
            connection.request(ask.method, ask.target, ask.body, _readable(ask.headers))
            response = connection.getresponse()
            headers = {name.lower(): value for name, value in response.getheaders()}
            answer = Answer(response.status, headers, response.read())
        if answer.status == http.client.OK and not ask.moves:
            self._kept[key] = answer
        return answer

    def _in_small_pages(self, ask: Ask) -> Ask:
        parts = urlsplit(ask.target)
        if parts.path.endswith("suiteql"):
            query = dict(parse_qsl(parts.query))
            query["limit"] = str(min(int(query["limit"]), self._rows["erp"]))
            return replace(ask, target=f"{parts.path}?{urlencode(query)}")
        if parts.path.endswith("graphql.json"):
            content = json.loads(ask.body)
            variables = content.get("variables") or {}
            if "first" in variables:
                variables["first"] = min(variables["first"], self._rows["store"])
                body = json.dumps(content).encode()
                return replace(ask, body=body, headers=_with_length(ask.headers, body))
        return ask

    def _accept(self, listener: socket.socket) -> None:
        while self._is_open:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        with connection, connection.makefile("rb") as incoming:
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            # A client that has given up is gone in the middle of anything.
            with suppress(OSError, ValueError):
                while (ask := _read(incoming)) is not None:
                    with self._lock:
                        self.asked.append(ask)
                        reply = self.plan(ask, self.forward)
                    if reply.refuses_next:
                        self._refuse()
                    if not _write(connection, reply):
                        return

    def _refuse(self) -> None:
        """Have no door for a moment: whoever connects meanwhile is refused."""
        self._door.clear()
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        threading.Timer(REFUSING_SECONDS, self._reopen).start()

    def _reopen(self) -> None:
        try:
            self._listener = _listening(self._port)
        except OSError:
            # For a moment a client's own port may be this one.
            threading.Timer(REFUSING_SECONDS, self._reopen).start()
            return
        self._door.set()
        self._accept(self._listener)


def _listening(port: int) -> socket.socket:
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind(("127.0.0.1", port))
    listener.listen(64)
    return listener


def _read(incoming: BinaryIO) -> Ask | None:
    """Read one request; None where the client has closed."""
    line = incoming.readline().decode()
    if not line.strip():
        return None
    method, target, _ = line.split(" ", 2)
    headers = {}
    while (header := incoming.readline().decode().strip()) != "":
        name, _, value = header.partition(":")
        headers[name.lower()] = value.strip()
    body = incoming.read(int(headers.get("content-length", 0)))
    return Ask(method, target, headers, body)


def _write(connection: socket.socket, reply: Reply) -> bool:
    """Send a reply and say whether the connection stays."""
    if reply.answer is not None:
        body = reply.answer.body
        if reply.pause_at is not None and reply.pause_at < 0:
            time.sleep(reply.pause_seconds)
        connection.sendall(_head(reply))
        sent = len(body) if reply.sent is None else reply.sent
        pause_at = sent if reply.pause_at is None else max(reply.pause_at, 0)
        connection.sendall(body[: min(pause_at, sent)])
        if 0 <= pause_at < sent:
            time.sleep(reply.pause_seconds)
            connection.sendall(body[pause_at:sent])
    if reply.end is End.RESET:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, LINGER_AND_RESET)
    return reply.end is End.KEEP and not reply.is_unannounced


def _head(reply: Reply) -> bytes:
    answer = reply.answer
    headers = {name: value for name, value in answer.headers.items() if name not in HOP_BY_HOP}
    if reply.is_unannounced:
        headers["connection"] = "close"
    else:
        length = len(answer.body) if reply.announced is None else reply.announced
        headers["content-length"] = str(length)
    lines = [f"HTTP/1.1 {answer.status} {http.client.responses.get(answer.status, 'Unknown')}"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    return ("\r\n".join(lines) + "\r\n\r\n").encode()


def _readable(headers: dict[str, str]) -> dict[str, str]:
    """Return a request's headers without the wish for a compressed answer."""
    return {name: value for name, value in headers.items() if name != "accept-encoding"}


def _with_length(headers: dict[str, str], body: bytes) -> dict[str, str]:
    return {**headers, "content-length": str(len(body))}
