"""The repeat rule, and what a status means."""

from datetime import UTC, datetime

import httpx
import pytest

from orchestration.extract.errors import RepeatError, StopError, UnreadableAnswerError
from orchestration.extract.http import (
    Answer,
    Clock,
    RepeatRule,
    raise_for_status,
    send_read,
    told_wait,
)

NOW = datetime(2026, 3, 20, 12, 0, tzinfo=UTC)


def failing(times, error):
    calls = []

    def action():
        calls.append(1)
        if len(calls) <= times:
            raise error
        return "done"

    return calls, action


def test_what_may_pass_is_repeated_until_it_does():
    calls, action = failing(3, RepeatError("busy"))

    assert RepeatRule().run(action, clock=Clock()) == "done"
    assert len(calls) == 4


def test_repeats_end_and_the_last_error_comes_through():
    calls, action = failing(99, RepeatError("busy"))

    with pytest.raises(RepeatError, match="busy"):
        RepeatRule().run(action, clock=Clock())
    assert len(calls) == 4


def test_what_a_person_must_mend_is_not_repeated():
    calls, action = failing(99, StopError("frozen"))

    with pytest.raises(StopError):
        RepeatRule().run(action, clock=Clock())
    assert len(calls) == 1


def test_a_told_wait_is_kept_exactly():
    rule = RepeatRule(total_seconds=60)

    assert rule.wait_after(RepeatError("x", wait_seconds=7.5), elapsed_seconds=10) == 7.5


def test_a_told_wait_that_does_not_fit_ends_the_repeats():
    rule = RepeatRule(total_seconds=60)

    assert rule.wait_after(RepeatError("x", wait_seconds=3600), elapsed_seconds=0) is False
    assert rule.wait_after(RepeatError("x", wait_seconds=30), elapsed_seconds=31) is False


def test_a_wait_that_nobody_told_is_the_rules_own():
    assert RepeatRule().wait_after(RepeatError("x"), elapsed_seconds=0) is True


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"retry-after": "2.5"}, 2.5),
        ({"retry-after": "0"}, 0),
        ({"retry-after": "-3"}, 0),
        ({}, None),
        ({"retry-after": "soon"}, None),
        ({"retry-after": "Fri, 20 Mar 2026 12:00:30 GMT"}, 30),
        (
            {
                "retry-after": "Fri, 20 Mar 2026 09:00:30 GMT",
                "date": "Fri, 20 Mar 2026 09:00:00 GMT",
            },
            30,
        ),
    ],
)
def test_retry_after_is_read_in_both_forms_by_the_servers_own_clock(headers, seconds):
    assert told_wait(httpx.Headers(headers), now=NOW) == seconds


@pytest.mark.parametrize("status", [408, 429, 500, 502, 503, 504, 530, 540])
def test_statuses_that_pass_by_themselves_are_for_repeating(status):
    answer = Answer(status, httpx.Headers({"retry-after": "4"}), b"")

    with pytest.raises(RepeatError) as caught:
        raise_for_status(answer, source="store us", clock=Clock())
    assert caught.value.wait_seconds == 4


@pytest.mark.parametrize(
    ("status", "remedy"),
    [
        (301, "check URL"),
        (401, "renew"),
        (402, "settle"),
        (403, "grant"),
        (404, "check the URL"),
        (423, "unlock"),
        (430, "ask the vendor"),
    ],
)
def test_statuses_that_need_a_person_name_the_remedy(status, remedy):
    with pytest.raises(StopError, match=remedy):
        raise_for_status(Answer(status, httpx.Headers(), b""), source="store us", clock=Clock())


def test_a_body_shorter_than_announced_is_refused(play):
    cut_off = httpx.Response(200, content=b'{"a":1}', headers={"content-length": "99"})
    _, client = play(cut_off)

    with pytest.raises(UnreadableAnswerError, match="announced 99 bytes and sent 7"):
        send_read(client, client.build_request("GET", "/"), clock=Clock())


def test_a_dropped_connection_is_for_repeating(play):
    _, client = play(httpx.RemoteProtocolError("peer closed connection"))

    with pytest.raises(RepeatError, match="RemoteProtocolError"):
        send_read(client, client.build_request("GET", "/"), clock=Clock())


def test_an_answer_that_drips_for_ever_is_given_up(play, time):
    def drops():
        while True:
            time.seconds += 60
            yield b"x"

    _, client = play(httpx.Response(200, content=drops()))

    with pytest.raises(UnreadableAnswerError, match="still sending"):
        send_read(client, client.build_request("GET", "/"), clock=time.clock)
