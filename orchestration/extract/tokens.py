"""Tokens that end by themselves: one fetches a new one in time, the others wait for it."""

import threading
import time
from collections.abc import Callable, Generator
from dataclasses import dataclass, field
from typing import Protocol

import httpx

from orchestration.extract.errors import RepeatError, StopError

RENEWED_BEFORE_SECONDS = 300.0


@dataclass(frozen=True)
class Token:
    """A token and how long it lives; its text never appears in a repr."""

    text: str = field(repr=False)
    seconds: float


class TokenDesk(Protocol):
    """Where tokens come from, and how a request shows one."""

    def ask(self) -> httpx.Request:
        """Return the request for a new token."""
        ...

    def read(self, response: httpx.Response) -> Token:
        """Return the token of a successful answer; raises UnreadableAnswerError or StopError."""
        ...

    def show(self, request: httpx.Request, token: str) -> None:
        """Put a token on a request."""
        ...

    @property
    def name(self) -> str:
        """What a sentence calls the endpoint."""
        ...

    @property
    def remedy(self) -> str:
        """What a person checks where the grant is refused."""
        ...


class RenewedTokenAuth(httpx.Auth):
    """
    Puts a valid token on each request; threads share one, and one of them renews it.

    It is renewed five minutes before its end, or at half its life where that is shorter. A 401
    renews once: the token may have been revoked before its time.
    """

    def __init__(self, desk: TokenDesk, *, ticks: Callable[[], float] = time.monotonic) -> None:
        self._desk = desk
        self._ticks = ticks
        self._lock = threading.Lock()
        self._token = ""
        self._renew_at = 0.0

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        """Put the token on the request, after fetching one where needed."""
        token = yield from self._valid_token(refused="")
        self._desk.show(request, token)
        response = yield request
        if response.status_code == httpx.codes.UNAUTHORIZED:
            self._desk.show(request, (yield from self._valid_token(refused=token)))
            yield request

    def _valid_token(self, *, refused: str) -> Generator[httpx.Request, httpx.Response, str]:
        with self._lock:
            if self._token in ("", refused) or self._ticks() >= self._renew_at:
                asked_at = self._ticks()
                response = yield self._desk.ask()
                response.read()
                self._keep(response, asked_at)
            return self._token

    def _keep(self, response: httpx.Response, asked_at: float) -> None:
        status = response.status_code
        if status in (408, 429) or status >= 500:
            raise RepeatError(f"{self._desk.name} answered {status}: repeat later")
        if status != httpx.codes.OK:
            raise StopError(f"{self._desk.name} answered {status}: {self._desk.remedy}")
        token = self._desk.read(response)
        spare = min(RENEWED_BEFORE_SECONDS, token.seconds / 2)
        self._token, self._renew_at = token.text, asked_at + token.seconds - spare
