"""An extraction killed at any instant loses nothing and doubles nothing."""

import hashlib
import multiprocessing
import os
import signal
import sys
import time
from datetime import UTC, datetime, timedelta
from functools import wraps
from pathlib import Path
from random import Random
from types import ModuleType

import httpx
import pytest
import stamina

from orchestration.extract import http
from orchestration.landing import batches as landing_batches
from orchestration.landing import committed_batches, manifest, sweep_unfinished
from tests.faults.door import environment, extract, streams_named
from tests.faults.proxy import passing
from tests.faults.world import BULK_GROUP, ERP_GROUP, STORE_GROUPS

SEED = int(os.environ.get("RETURNS_SEED", "20260320"))
# `make soak` kills fifty times.
KILLS = int(os.environ.get("RETURNS_EXTRACTION_KILLS", "5"))
GROUPS = (*STORE_GROUPS[:3], BULK_GROUP, ERP_GROUP)
BEGINS_WITHIN_SECONDS = 120.0
# What is about to be done, or is just done, when the kill strikes.
POINTS = {
    "before a request": (httpx.Client, "send"),
    "after a body": (http, "_read"),
    "after the answers' file": (landing_batches, "_write_answers"),
    "after a flush": (manifest, "flush"),
    "after the rename": (Path, "replace"),
    "after the commit": (landing_batches, "commit"),
}
# How often a batch passes a point more than once: each of its files and folders is flushed.
FLUSHES = 8
# `make soak` kills twenty times at each.
KILLS_A_POINT = 20 if KILLS >= 50 else 1


def extract_for_ever(variables, streams):
    """What the child does: one extraction after another, until it is killed."""
    with environment(variables), stamina.set_testing(True, attempts=7):
        while True:
            extract(streams)


def extract_up_to(variables, streams, point, passing_number):
    """What the child does: one extraction, killed when it passes a point for the nth time."""
    owner, name = POINTS[point]
    step, passed = getattr(owner, name), []

    @wraps(step)
    def watched(*args, **options):
        passed.append(name)
        is_last = len(passed) == passing_number
        if is_last and point.startswith("before"):
            os.kill(os.getpid(), signal.SIGKILL)
        result = step(*args, **options)
        if is_last:
            os.kill(os.getpid(), signal.SIGKILL)
        return result

    setattr(owner, name, watched)
    with environment(variables), stamina.set_testing(True, attempts=7):
        extract(streams)


@pytest.fixture(scope="module")
def nursery():
    """Processes that are born with everything loaded, so that a kill strikes work."""
    made = multiprocessing.get_context("forkserver")
    made.set_forkserver_preload([__name__, "tests.faults.door"])
    with pytest.MonkeyPatch.context() as patch:
        # A child runs the main script once more, and a page under test was the last to be it.
        patch.setitem(sys.modules, "__main__", ModuleType("__main__"))
        yield made


def killed(nursery, books, home, streams, *, after):
    """Kill an extraction so many seconds after its first request; say how many it had made."""
    asked_before = len(books.proxy.asked)
    books.proxy.plan = passing
    variables = books.variables_of(home, streams)
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


@pytest.fixture(scope="module")
def sound(books):
    """What extractions of each group land that nothing strikes."""
    return {streams: books.sound(streams) for streams in GROUPS}


def seconds_of_one(books, streams):
    begun = time.monotonic()
    books.extracted("timed", streams, passing)
    books.remove("timed")
    return time.monotonic() - begun


def test_no_kill_of_an_extraction_loses_or_doubles_a_record(nursery, books, sound):
    print(f"seed {SEED}, {KILLS} kills")
    random = Random(SEED)  # noqa: S311 - can be repeated
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


def kill_at(nursery, books, streams, *, point, passing_number):
    """Kill a first extraction when it passes a point for the nth time, or the last time before."""
    books.proxy.plan = passing
    variables = books.variables_of("killed", streams)
    while True:
        told = (variables, streams, point, passing_number)
        child = nursery.Process(target=extract_up_to, args=told)
        child.start()
        child.join(BEGINS_WITHIN_SECONDS)
        if child.exitcode == -signal.SIGKILL:
            return
        # It ended before: an extraction passes the point less often than was drawn.
        assert child.exitcode == 0
        assert passing_number > 1, f"no extraction of {streams} is ever {point}"
        books.remove("killed")
        passing_number //= 2


@pytest.mark.parametrize("number", range(KILLS_A_POINT))
@pytest.mark.parametrize("point", POINTS)
def test_a_kill_at_each_point_leaves_no_watermark_ahead_of_its_data(
    nursery, books, sound, point, number
):
    random = Random(f"{SEED} {point} {number}")  # noqa: S311 - can be repeated
    streams = random.choice(GROUPS)
    expected = sound[streams].landed
    batches = len(streams_named(streams))
    requests = len(sound[streams].first)
    most = {"before a request": requests, "after a body": requests}
    most["after a flush"] = FLUSHES * batches
    passing_number = random.randint(1, most.get(point, batches))
    print(f"seed {SEED}: {point} {passing_number}, kill {number} of {streams}")

    kill_at(nursery, books, streams, point=point, passing_number=passing_number)

    assert_whole(books.home / "killed" / "landing", streams)
    left = books.landed("killed", streams)
    for place, rows in left.content.items():
        assert rows.items() <= expected.content[place].items()
        assert rows or left.watermarks[place] is None or not expected.content[place]
    assert books.extracted("killed", streams, passing).is_clean
    found = books.landed("killed", streams)
    assert found.content == expected.content
    assert found.watermarks == expected.watermarks
    books.remove("killed")
