"""The proof: every recorded exchange, asked of the replay, has the same answer byte for byte."""

import re
from itertools import zip_longest
from pathlib import Path

import httpx
import msgspec

from tests.benchmarks.replay.recording import API_VERSION, Recorded

# How full the bucket is moves with the clock, and where a server listens with the machine.
MOVES = re.compile(rb'"currentlyAvailable":[0-9.]+|"url":"[^"]*"')


def prove(*, url: str, recording: str) -> int:
    """Return how many answers were equal; raises AssertionError for the first that is not."""
    recorded = msgspec.json.decode(Path(recording).read_bytes(), type=Recorded)
    with httpx.Client(base_url=url, trust_env=False) as client:
        for exchange in recorded.exchanges:
            answer = client.post(
                f"/admin/api/{API_VERSION}/graphql.json", content=exchange.asked.encode()
            )
            _same(MOVES.sub(b"", answer.content), MOVES.sub(b"", exchange.answered.encode()))
        lines = client.get("/bulk/objects.jsonl").content.splitlines()
    for line, recorded_line in zip_longest(lines, recorded.objects):
        _same(line, bytes(recorded_line))
    return len(recorded.exchanges) + len(recorded.objects)


def _same(replayed: bytes, recorded: bytes) -> None:
    if replayed == recorded:
        return
    pairs = enumerate(zip_longest(replayed, recorded))
    place = next(place for place, (mine, theirs) in pairs if mine != theirs)
    around = slice(max(place - 80, 0), place + 80)
    raise AssertionError(f"at byte {place}: {replayed[around]!r} instead of {recorded[around]!r}")
