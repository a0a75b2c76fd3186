"""The replay as a server on loopback, in a process of its own: as little HTTP as clients speak."""

import asyncio
import json
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from orchestration.sandbox.storefront_limits import Limits
from tests.benchmarks.measured import ROOT
from tests.benchmarks.replay.answers import Answers, Body
from tests.benchmarks.replay.books import Books
from tests.benchmarks.replay.recording import API_VERSION

HOST = "127.0.0.1"
LENGTH = re.compile(rb"(?i)\r\ncontent-length: *(\d+)")
BULK, STATISTICS = b"GET /bulk/objects.jsonl ", b"GET /statistics "
# As the sandbox was when it was recorded.
RECORDED = Limits()
# A bucket that no reading empties: where nothing is to be paced, nobody waits for points.
UNLIMITED = Limits(size=1e12, restore_rate=1e12)


class Replay:
    """What the connections share: the answers, the latency, and what is counted."""

    def __init__(self, books: Books, limits: Limits) -> None:
        self.answers = Answers(books, limits)
        self.bulk = books.bulk
        self.latency = limits.latency_seconds
        self.requests = self.in_flight = self.most_in_flight = 0

    def statistics(self) -> bytes:
        """Return what was counted so far, as JSON."""
        throttled = sum(self.answers.buckets.throttled.values())
        counted = {
            "requests": self.requests,
            "most_in_flight": self.most_in_flight,
            "throttled": throttled,
            "points": self.answers.spent,
            "cpu_seconds": time.process_time(),
        }
        return json.dumps(counted).encode()


class Connection(asyncio.Protocol):
    """One client's connection: requests one after another, each with a length or no body."""

    def __init__(self, replay: Replay) -> None:
        self._replay = replay
        self._received = b""
        self._sending: asyncio.Task[None] | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Remember where to write."""
        self._transport: Any = transport

    def data_received(self, data: bytes) -> None:
        """Answer a request once it is whole."""
        self._received += data
        end = self._received.find(b"\r\n\r\n")
        if end < 0:
            return
        head = self._received[:end]
        length = LENGTH.search(head)
        size = end + 4 + (int(length[1]) if length else 0)
        if len(self._received) < size:
            return
        body, self._received = self._received[end + 4 : size], self._received[size:]
        self._answer(head, body)

    def _answer(self, head: bytes, body: bytes) -> None:
        if head.startswith(BULK):
            self._sending = asyncio.get_running_loop().create_task(self._send_file())
        elif head.startswith(STATISTICS):
            self._write([self._replay.statistics()])
        else:
            self._replay.requests += 1
            self._replay.in_flight += 1
            most = max(self._replay.most_in_flight, self._replay.in_flight)
            self._replay.most_in_flight = most
            loop = asyncio.get_running_loop()
            if self._replay.latency:
                loop.call_later(self._replay.latency, self._reply, body)
            else:
                self._reply(body)

    def _reply(self, body: bytes) -> None:
        self._replay.in_flight -= 1
        self._write(self._replay.answers.answer(body))

    def _write(self, parts: Body) -> None:
        self._transport.write(b"".join([_head(sum(map(len, parts))), *parts]))

    async def _send_file(self) -> None:
        with self._replay.bulk.open("rb") as file:
            self._transport.write(_head(self._replay.bulk.stat().st_size))
            await asyncio.get_running_loop().sendfile(self._transport, file)


def _head(length: int) -> bytes:
    return (
        f"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {length}\r\n"
        f"x-shopify-api-version: {API_VERSION}\r\n\r\n"
    ).encode()


@dataclass(frozen=True)
class Replaying:
    """A replay that answers."""

    url: str

    def statistics(self) -> dict[str, float]:
        """Return what the server counted so far."""
        found: dict[str, float] = httpx.get(f"{self.url}/statistics", trust_env=False).json()
        return found


@contextmanager
def replaying(folder: Path, limits: Limits = RECORDED) -> Iterator[Replaying]:
    """Serve the books of a folder in a process of its own while the block runs."""
    said = [str(folder), str(limits.size), str(limits.restore_rate), str(limits.latency_seconds)]
    command = [sys.executable, "-m", "tests.benchmarks.replay.server", *said]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:  # noqa: S603 - our own module
        try:
            url = process.stdout.readline().strip() if process.stdout else ""
            if not url:
                raise RuntimeError("the replay did not start: see its error above")
            yield Replaying(url)
        finally:
            # It holds nothing, and what a test worker starts ignores gentler signals.
            process.kill()


async def serve(folder: Path, limits: Limits) -> None:
    """Serve until the process is told to stop, and say where."""
    replay = Replay(Books(folder), limits)
    server = await asyncio.get_running_loop().create_server(lambda: Connection(replay), HOST, 0)
    replay.answers.url = f"http://{HOST}:{server.sockets[0].getsockname()[1]}"
    print(replay.answers.url, flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    where, size, restore_rate, latency = sys.argv[1:]
    asyncio.run(serve(Path(where), Limits(float(size), float(restore_rate), float(latency))))
