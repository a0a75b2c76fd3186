"""One request over HTTP: sent, read whole, judged by its status, repeated by one rule."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import TypeVar

import httpx
import stamina

from orchestration.extract.errors import (
    RepeatError,
    StopError,
    TimedOutError,
    UnreadableAnswerError,
)

T = TypeVar("T")

LARGEST_ANSWER_BYTES = 256 * 2**20
# A piece of these grows a thousandfold at most. A piece of others, and of one within another, may
# grow a millionfold before anything can be measured.
ENCODINGS = frozenset({"", "identity", "gzip", "deflate"})
# A file may take hours, but not for want of anything coming.
SLOWEST_BYTES, SLOWEST_SECONDS = 2**20, 900.0
TRIED_AGAIN = frozenset({408, 425, 429})
REMEDIES = {
    401: "the credential is not accepted: renew it in the settings",
    402: "the account is frozen for want of payment: settle it with the vendor",
    403: "the credential lacks a permission: grant its scopes or role",
    404: "nothing is there: check the URL, the API version, and that the account is open",
    423: "the account is locked: have the vendor unlock it",
    430: "the request was rejected as a security risk: stop and ask the vendor",
}


def utc_now() -> datetime:
    """Return the time of this machine."""
    return datetime.now(UTC)


@dataclass(frozen=True)
class Clock:
    """The time as the clients see it: `now` of the day, `ticks` to measure seconds, `sleep`."""

    now: Callable[[], datetime] = utc_now
    ticks: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep


@dataclass(frozen=True)
class Answer:
    """An answer read to its end; `body` is what was received, decompressed."""

    status: int
    headers: httpx.Headers
    body: bytes = field(repr=False)


@dataclass(frozen=True)
class RepeatRule:
    """
    How often and how long a request is repeated.

    A wait the source asks for is kept exactly; one that does not fit into `total_seconds` ends
    the repeats, because asking sooner than told makes it worse.
    """

    attempts: int = 7
    total_seconds: float = 240.0
    first_wait_seconds: float = 0.5
    longest_wait_seconds: float = 30.0

    def run(self, action: Callable[[], T], *, clock: Clock) -> T:
        """Return what the action returns, or raise its last error."""
        started = clock.ticks()

        def wait(error: Exception) -> bool | float:
            return self.wait_after(error, elapsed_seconds=clock.ticks() - started)

        for attempt in stamina.retry_context(
            on=wait,
            attempts=self.attempts,
            timeout=self.total_seconds,
            wait_initial=self.first_wait_seconds,
            wait_max=self.longest_wait_seconds,
            wait_jitter=self.first_wait_seconds,
        ):
            with attempt:
                return action()
        raise AssertionError("a repeat rule ends in an answer or an error")

    def wait_after(self, error: Exception, *, elapsed_seconds: float) -> bool | float:
        """Return the seconds to wait, True for the rule's own wait, False to give up."""
        if not isinstance(error, RepeatError):
            return False
        if error.wait_seconds is None:
            return True
        fits = elapsed_seconds + error.wait_seconds <= self.total_seconds
        return max(error.wait_seconds, 0.0) if fits else False


def send(client: httpx.Client, request: httpx.Request, *, clock: Clock) -> Answer:
    """
    Send once and read the whole answer, whatever its status.

    Raises UnreadableAnswerError when the body is shorter than announced or larger than any
    sound answer; httpx's own transport errors come through.
    """
    response = client.send(request, stream=True)
    try:
        _refuse_other_encodings(response)
        body = _read(response, deadline=clock.ticks() + 900, clock=clock)
    finally:
        response.close()
    announced = response.headers.get("content-length")
    if "content-encoding" not in response.headers and announced not in (None, str(len(body))):
        raise UnreadableAnswerError(
            f"{request.url.host} announced {announced} bytes and sent {len(body)}: the answer was"
            " cut off, repeat it",
            body=body,
        )
    return Answer(response.status_code, response.headers, body)


def send_read(client: httpx.Client, request: httpx.Request, *, clock: Clock) -> Answer:
    """Send a request that changes nothing; every transport error becomes a RepeatError."""
    try:
        return send(client, request, clock=clock)
    except httpx.ReadTimeout as error:
        raise TimedOutError(
            f"{request.url.host} did not answer in time: repeat, or ask for less"
        ) from error
    except httpx.TransportError as error:
        raise RepeatError(
            f"{request.url.host} could not be read ({type(error).__name__}): repeat, and check"
            " the network and the URL if it persists"
        ) from error
    except httpx.DecodingError as error:
        raise UnreadableAnswerError(
            f"{request.url.host} sent a body that does not decompress: repeat it"
        ) from error


def stream_to_file(
    client: httpx.Client,
    request: httpx.Request,
    target: Path,
    *,
    source: str,
    clock: Clock,
    most_bytes: int | None = None,
) -> Answer:
    """
    Write the body of a 2xx to a file as it comes, however long it is, up to `most_bytes`.

    The answer comes without its body. Every transport error becomes a RepeatError, as does a body
    of which less than a mebibyte comes in a quarter of an hour.
    """
    try:
        response = client.send(request, stream=True)
        try:
            _refuse_other_encodings(response)
            if response.is_success:
                _write(response, target, most_bytes=most_bytes, clock=clock)
        finally:
            response.close()
    except (httpx.TransportError, httpx.TooManyRedirects) as error:
        raise RepeatError(
            f"{source} could not be read ({type(error).__name__}): repeat, and check the network"
            " if it persists"
        ) from error
    except httpx.DecodingError as error:
        raise UnreadableAnswerError(f"{source} does not decompress: repeat it") from error
    return Answer(response.status_code, response.headers, b"")


def raise_for_status(answer: Answer, *, source: str, clock: Clock) -> None:
    """Raise what the status means; a 2xx passes."""
    status = answer.status
    if status in TRIED_AGAIN or status >= 500:
        raise RepeatError(
            f"{source} answered {status}: repeat later",
            wait_seconds=told_wait(answer.headers, now=clock.now()),
        )
    if not 200 <= status < 300:
        remedy = REMEDIES.get(status, "the request is not accepted: check URL and API version")
        raise StopError(f"{source} answered {status}: {remedy}")


def told_wait(headers: httpx.Headers, *, now: datetime) -> float | None:
    """Return the seconds that Retry-After asks for, in either of its forms, or None."""
    said = headers.get("retry-after", "").strip()
    if not said:
        return None
    try:
        return max(float(said), 0.0)
    except ValueError:
        pass
    try:
        return max((_instant(said) - _instant(headers["date"])).total_seconds(), 0.0)
    except (ValueError, KeyError):
        pass
    try:
        return max((_instant(said) - now).total_seconds(), 0.0)
    except ValueError:
        return None


def _instant(text: str) -> datetime:
    moment = parsedate_to_datetime(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _refuse_other_encodings(response: httpx.Response) -> None:
    encoding = response.headers.get("content-encoding", "").strip().lower()
    if encoding not in ENCODINGS:
        raise UnreadableAnswerError(
            f"{response.url.host} compressed its answer as {encoding[:40]!r}, which was not asked"
            " for: repeat, and look for a proxy between if it persists"
        )


def _write(
    response: httpx.Response, target: Path, *, most_bytes: int | None, clock: Clock
) -> None:
    host = response.url.host
    size = size_before = 0
    since = clock.ticks()
    with target.open("wb") as file:
        for chunk in response.iter_bytes():
            size += len(chunk)
            if most_bytes is not None and size > most_bytes:
                raise UnreadableAnswerError(
                    f"{host} sent more than the {most_bytes} bytes that were announced: repeat"
                )
            if clock.ticks() - since > SLOWEST_SECONDS:
                if size - size_before < SLOWEST_BYTES:
                    raise UnreadableAnswerError(
                        f"{host} sent less than a mebibyte in 15 minutes: repeat it"
                    )
                size_before, since = size, clock.ticks()
            file.write(chunk)


def _read(response: httpx.Response, *, deadline: float, clock: Clock) -> bytes:
    chunks = []
    size = 0
    for chunk in response.iter_bytes():
        size += len(chunk)
        if size > LARGEST_ANSWER_BYTES:
            raise UnreadableAnswerError(
                f"{response.url.host} sent more than {LARGEST_ANSWER_BYTES} bytes: ask for less"
            )
        if clock.ticks() > deadline:
            raise UnreadableAnswerError(
                f"{response.url.host} was still sending after 15 minutes: repeat it"
            )
        chunks.append(chunk)
    return b"".join(chunks)
