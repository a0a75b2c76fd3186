"""Sources played by a function, at the two kinds of address a client meets."""

import json
from datetime import UTC, datetime

import httpx
import pytest
import stamina

from orchestration.extract.http import Clock

BASES = ["http://127.0.0.1:8123/us", "https://shop.example"]


class Source:
    """Answers from a list, one a request, and remembers what it was asked."""

    def __init__(self, answers):
        self.answers = list(answers)
        self.requests = []

    def __call__(self, request):
        self.requests.append(request)
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        if isinstance(answer, httpx.Response):
            return answer
        return httpx.Response(200, json=answer)

    @property
    def bodies(self):
        return [json.loads(request.content) for request in self.requests]


class Time:
    """A clock that moves only when somebody sleeps."""

    def __init__(self):
        self.seconds = 1000.0
        self.slept = []

    def sleep(self, seconds):
        self.slept.append(seconds)
        self.seconds += seconds

    @property
    def clock(self):
        return Clock(
            now=lambda: datetime(2026, 3, 20, tzinfo=UTC),
            ticks=lambda: self.seconds,
            sleep=self.sleep,
        )


@pytest.fixture(params=BASES)
def base_url(request):
    return request.param


@pytest.fixture(autouse=True)
def repeats_do_not_wait():
    with stamina.set_testing(True, attempts=4):
        yield


@pytest.fixture
def play(base_url):
    """Return a function that makes an HTTP client whose source gives these answers."""

    def make(*answers, auth=None):
        source = Source(answers)
        transport = httpx.MockTransport(source)
        return source, httpx.Client(base_url=base_url, transport=transport, auth=auth)

    return make


@pytest.fixture
def time():
    return Time()
