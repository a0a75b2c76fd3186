"""The repeat rule, and what a status means."""

import tracemalloc
import zlib
from datetime import UTC, datetime

import httpx
import pytest
import zstandard

from orchestration.extract.errors import RepeatError, StopError, UnreadableAnswerError
from orchestration.extract.http import (
    LARGEST_ANSWER_BYTES,
    Answer,
    Clock,
    RepeatRule,
    raise_for_status,
    send_read,
    stream_to_file,
    told_wait,
)
from orchestration.resources.http import open_files, open_http

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


class Pieces(httpx.SyncByteStream):
    """A body that comes in pieces; counts how many were taken."""

    def __init__(self, *pieces):
        self.pieces, self.taken = pieces, 0

    def __iter__(self):
        for piece in self.pieces:
            self.taken += 1
            yield piece


def gigabyte():
    """A gigabyte in sixty-four pieces of sixteen kilobytes."""
    packer = zlib.compressobj(wbits=31)
    head = packer.compress(b"{") + packer.flush(zlib.Z_FULL_FLUSH)
    block = packer.compress(bytes(16 * 2**20)) + packer.flush(zlib.Z_FULL_FLUSH)
    return Pieces(head, *[block] * 64)


def test_an_answer_that_grows_to_a_gigabyte_is_refused_in_bounded_memory():
    body = gigabyte()
    answer = httpx.Response(200, headers={"content-encoding": "gzip"}, stream=body)
    client = httpx.Client(transport=httpx.MockTransport(lambda _: answer))
    tracemalloc.start()
    try:
        with pytest.raises(UnreadableAnswerError, match="more than"):
            send_read(client, client.build_request("GET", "https://s.example"), clock=Clock())
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()

    assert body.taken < 20
    assert most < LARGEST_ANSWER_BYTES + 64 * 2**20


@pytest.mark.parametrize("encoding", ["zstd", "br", "gzip, gzip", "deflate, gzip"])
def test_an_encoding_that_may_grow_at_once_is_refused_before_it_is_read(play, tmp_path, encoding):
    bodies = [Pieces(zstandard.compress(bytes(2**20))) for _ in range(2)]
    headers = {"content-encoding": encoding}
    _, client = play(*[httpx.Response(200, headers=headers, stream=body) for body in bodies])
    request = client.build_request("GET", "/")

    with pytest.raises(UnreadableAnswerError, match="not asked"):
        send_read(client, request, clock=Clock())
    with pytest.raises(UnreadableAnswerError, match="not asked"):
        stream_to_file(client, request, tmp_path / "file", source="a file", clock=Clock())

    assert [body.taken for body in bodies] == [0, 0]


def test_clients_ask_for_no_other_encoding_than_is_read():
    with (
        open_files(read_seconds=1) as files,
        open_http("https://s", auth=None, read_seconds=1) as s,
    ):
        assert files.headers["accept-encoding"] == s.headers["accept-encoding"] == "gzip"


def test_a_file_is_written_no_further_than_was_announced(play, tmp_path):
    body = Pieces(*[b"x" * 100] * 1000)
    _, client = play(httpx.Response(200, stream=body))

    with pytest.raises(UnreadableAnswerError, match="more than the 250 bytes"):
        stream_to_file(
            client,
            client.build_request("GET", "/"),
            tmp_path / "file",
            source="a file",
            clock=Clock(),
            most_bytes=250,
        )

    assert body.taken == 3


def test_a_file_whose_address_leads_in_a_circle_is_for_repeating(tmp_path):
    circle = httpx.Response(302, headers={"location": "https://s.example/there"})
    transport = httpx.MockTransport(lambda _: circle)
    with httpx.Client(transport=transport, follow_redirects=True) as client:
        request = client.build_request("GET", "https://s.example/here")
        with pytest.raises(RepeatError, match="TooManyRedirects"):
            stream_to_file(client, request, tmp_path / "file", source="a file", clock=Clock())


@pytest.mark.parametrize(("piece", "is_given_up"), [(b"x", True), (bytes(2**20), False)])
def test_a_file_may_take_hours_but_not_drip(play, time, tmp_path, piece, is_given_up):
    def pieces():
        for _ in range(4):
            time.seconds += 600
            yield piece

    _, client = play(httpx.Response(200, content=pieces()))
    request, target = client.build_request("GET", "/"), tmp_path / "file"

    if is_given_up:
        with pytest.raises(UnreadableAnswerError, match="less than a mebibyte"):
            stream_to_file(client, request, target, source="a file", clock=time.clock)
        return
    stream_to_file(client, request, target, source="a file", clock=time.clock)
    assert target.stat().st_size == 4 * 2**20
