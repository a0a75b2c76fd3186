"""A landing killed at any moment: what was committed is there, and nothing by halves."""

import hashlib
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import duckdb
import pytest

from orchestration.extract.streams import STREAMS, System
from orchestration.landing import committed_batches, create_source_views, sweep_unfinished

ORDERS = STREAMS[System.SHOPIFY, "orders"]
PROJECT = Path(__file__).parents[2]
LANDER = """
import json, sys
from datetime import UTC, datetime
from pathlib import Path
from orchestration.extract.streams import STREAMS, System
from orchestration.landing import land

stream = STREAMS[System.SHOPIFY, "orders"]
for number in range(1000):
    empty = dict.fromkeys(stream.columns)
    nodes = [
        {**empty, "id": f"o{number}-{line}", "test": "?" if line == 3 else True}
        for line in range(20)
    ]
    answer = json.dumps({"data": {"orders": {"nodes": nodes}}}).encode()
    batch = land(
        Path(sys.argv[1]), stream, [answer] * 2, source="us", run_id="run-1",
        extracted_at=datetime(2026, 3, 20, tzinfo=UTC), since=None,
    )
    print(batch.batch_id, flush=True)
"""


def killed_after(root, batches):
    """Land until so many batches were told to be committed, kill, and return their names."""
    command = [sys.executable, "-c", LANDER, str(root)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=PROJECT) as process:  # noqa: S603
        told = [process.stdout.readline().strip() for _ in range(batches)]
        process.kill()
        return told + process.stdout.read().split()


@pytest.mark.parametrize("batches", [1, 3, 5])
def test_a_kill_loses_nothing_that_was_committed_and_leaves_no_half(root, batches):
    told = killed_after(root, batches)

    found = list(committed_batches(root, ORDERS))
    assert len(told) >= batches
    assert {batch.batch_id for batch in found} >= set(told)
    assert len(found) <= len(told) + 1
    for batch in found:
        for name, digest in batch.sha256.items():
            content = (batch.folder(root) / name).read_bytes()
            assert hashlib.sha256(content).hexdigest() == digest
    with duckdb.connect() as connection:
        create_source_views(connection, root)
        (rows,) = connection.execute("select count(*) from shopify.orders").fetchone()
        (rejects,) = connection.execute("select count(*) from shopify._rejects").fetchone()
    assert (rows, rejects) == (len(found) * 38, len(found) * 2)

    sweep_unfinished(root, before=datetime.now(UTC) + timedelta(days=1))
    assert len(list(root.glob("*/*/*/*/"))) == len(found)
