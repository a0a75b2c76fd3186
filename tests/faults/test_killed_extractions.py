"""An extraction killed at any instant loses nothing and doubles nothing."""

import hashlib
import multiprocessing
import os
import signal
import time
from datetime import UTC, datetime, timedelta
from random import Random

import pytest
import stamina

from orchestration.landing import committed_batches, sweep_unfinished
from tests.faults.door import environment, extract, streams_named
from tests.faults.proxy import passing
from tests.faults.world import ERP_GROUP, STORE_GROUPS

SEED = int(os.environ.get("RETURNS_SEED", "20260320"))
# `make soak` kills fifty times.
KILLS = int(os.environ.get("RETURNS_EXTRACTION_KILLS", "5"))
GROUPS = (*STORE_GROUPS[:3], ERP_GROUP)
BEGINS_WITHIN_SECONDS = 120.0


def extract_for_ever(variables, streams):
    """What the child does: one extraction after another, until it is killed."""
    with environment(variables), stamina.set_testing(True, attempts=7):
        while True:
            extract(streams)


@pytest.fixture(scope="module")
def nursery():
    """Processes that are born with everything loaded, so that a kill strikes work."""
    made = multiprocessing.get_context("forkserver")
    made.set_forkserver_preload([__name__, "tests.faults.door"])
    return made


def killed(nursery, books, home, streams, *, after):
    """Kill an extraction so many seconds after its first request; say how many it had made."""
    asked_before = len(books.proxy.asked)
    books.proxy.plan = passing
    variables = {**books.variables, "RETURNS_HOME": str(books.home / home)}
    child = nursery.Process(target=extract_for_ever, args=(variables, streams), daemon=True)
    child.start()
    ends = time.monotonic() + BEGINS_WITHIN_SECONDS
    while len(books.proxy.asked) == asked_before:
        assert child.is_alive(), f"the extraction ended by itself: {child.exitcode}"
        assert time.monotonic() < ends, "the extraction did not begin"
        time.sleep(0.002)
    time.sleep(after)
    os.kill(child.pid, signal.SIGKILL)
    child.join()
    assert child.exitcode == -signal.SIGKILL
    return len(books.proxy.asked) - asked_before


def assert_whole(root, streams):
    """Every batch that exists has every file that it names, and they are what it says."""
    count = 0
    for stream in streams_named(streams):
        for batch in committed_batches(root, stream):
            count += 1
            for name, digest in batch.sha256.items():
                content = (batch.folder(root) / name).read_bytes()
                assert hashlib.sha256(content).hexdigest() == digest
    return count


def seconds_of_one(books, streams):
    begun = time.monotonic()
    books.extracted("timed", streams, passing)
    books.remove("timed")
    return time.monotonic() - begun


def test_no_kill_of_an_extraction_loses_or_doubles_a_record(nursery, books):
    print(f"seed {SEED}, {KILLS} kills")
    random = Random(SEED)  # noqa: S311 - can be repeated
    sound = {streams: books.sound(streams) for streams in GROUPS}
    seconds = {streams: seconds_of_one(books, streams) for streams in GROUPS}
    requests = unfinished = committed = 0

    for number in range(KILLS):
        streams, home = GROUPS[number % len(GROUPS)], f"home-{number}"
        root = books.home / home / "landing"
        # Some kills strike a first extraction, some a later one.
        after = random.uniform(0, 1.5 * seconds[streams])
        requests += killed(nursery, books, home, streams, after=after)
        committed += assert_whole(root, streams)
        unfinished += sweep_unfinished(root, before=datetime.now(UTC) + timedelta(days=1))

        assert books.extracted(home, streams, passing).is_clean
        found = books.landed(home, streams)
        assert found.content == sound[streams].landed.content, f"kill {number} of {streams}"
        assert found.watermarks == sound[streams].landed.watermarks
        books.remove(home)

    print(f"{requests} requests, {committed} batches before the kills, {unfinished} half made")
    assert requests >= KILLS
    assert committed > 0
