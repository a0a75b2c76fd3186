"""Several pulls at once: everything comes, nothing piles up, and the first error ends them."""

import threading

import pytest

from orchestration.extract.errors import StopError
from orchestration.extract.http import Clock
from orchestration.extract.parallel import in_flight
from orchestration.extract.progress import Meter, Progress


def numbers(start, count):
    return lambda: (f"{number}".encode() for number in range(start, start + count))


@pytest.mark.parametrize("width", [1, 3, 8])
def test_everything_that_the_jobs_yield_comes_once(width):
    jobs = [numbers(start, 10) for start in range(0, 200, 10)]

    found = list(in_flight(jobs, width=width))

    assert sorted(map(int, found)) == list(range(200))


@pytest.mark.parametrize("width", [1, 4])
def test_a_job_may_leave_a_part_to_another(width):
    def halves(start, end):
        def job():
            yield f"{start}".encode()
            if end - start > 1:
                middle = (start + end) // 2
                yield from (halves(start + 1, middle + 1), halves(middle + 1, end))

        return job

    found = [int(item) for item in in_flight([halves(0, 64)], width=width)]

    assert set(found) == set(range(64))


def test_as_many_run_at_once_as_were_asked_for():
    together = threading.Barrier(8, timeout=20)

    def job():
        together.wait()
        yield b"x"

    assert len(list(in_flight([job] * 8, width=8))) == 8


def test_the_first_error_comes_through_and_ends_the_others():
    def fails():
        yield b"x"
        raise StopError("frozen")

    def endless():
        while True:
            yield b"y"

    before = threading.active_count()
    with pytest.raises(StopError, match="frozen"):
        for _ in in_flight([endless, fails, endless], width=3):
            pass
    assert threading.active_count() == before


def test_what_nobody_takes_is_not_read():
    read = []

    def job():
        for number in range(1000):
            read.append(number)
            yield b"x"

    before = threading.active_count()
    answers = in_flight([job, job], width=2)
    next(answers)
    answers.close()

    assert len(read) < 12
    assert threading.active_count() == before


def test_progress_is_told_every_ten_seconds_with_what_is_left():
    now, told = [0.0], []
    meter = Meter(
        "store us orders", clock=Clock(ticks=lambda: now[0]), tell=told.append, expected=900
    )
    for seconds in (4, 7, 12, 15):
        now[0] = float(seconds)
        meter.add(100)

    assert told == ["store us orders: 300 of about 900 in 12 s, about 24 s left"]


def test_without_an_estimate_nothing_is_made_up():
    assert str(Progress("store us payouts", 7, None, 30.0)) == "store us payouts: 7 in 30 s"
    assert str(Progress("x", 70, 50, 5400.0)) == "x: 70 in 1.5 h"
