"""Letters as webhooks, signed by the Standard Webhooks convention."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property

import httpx
from standardwebhooks import Webhook

from orchestration.extract.errors import (
    OutcomeUnknownError,
    RefusedError,
    RepeatError,
    StopError,
)
from orchestration.extract.http import REMEDIES, TRIED_AGAIN
from orchestration.extract.post.letter import Letter

SECONDS = 20.0
WRONG_METHOD, GONE, TOO_MANY = 405, 410, 429
MOVED = range(300, 400)


def utc_now() -> datetime:
    """Return the time of this machine: a receiver refuses a signature that is minutes old."""
    return datetime.now(UTC)


@dataclass(frozen=True)
class Receiver:
    """
    An address that takes letters; `secret` is `whsec_` and base64, shared with it.

    A chat's address holds its own secret, so it is not shown either. Where it `shows_text`, the
    `text` that chats show stands beside the members of the convention.
    """

    url: str = field(repr=False)
    secret: str = field(repr=False)
    shows_text: bool = False
    clock: Callable[[], datetime] = utc_now
    transport: httpx.BaseTransport | None = field(default=None, repr=False)

    @property
    def is_repeatable(self) -> bool:
        """The convention has receivers drop an id that they have taken before."""
        return True

    @property
    def needs_address(self) -> bool:
        """The receiver knows whom it writes to; no address leaves this house."""
        return False

    @cached_property
    def _client(self) -> httpx.Client:
        """One for all letters: setting up encryption takes longer than a letter."""
        return httpx.Client(transport=self.transport, timeout=SECONDS)

    def deliver(self, letter: Letter) -> str:
        """Post a letter, once, and return its receipt."""
        at = self.clock()
        content = {"type": letter.kind, "timestamp": at.isoformat(), "data": dict(letter.content)}
        if self.shows_text:
            content["text"] = f"{letter.subject}\n{letter.text}"
        body = json.dumps(content, sort_keys=True, separators=(",", ":"))
        headers = {
            "Content-Type": "application/json",
            "webhook-id": letter.letter_id,
            "webhook-timestamp": str(int(at.timestamp())),
            "webhook-signature": Webhook(self.secret).sign(letter.letter_id, at, body),
        }
        try:
            status = self._client.post(self.url, content=body, headers=headers).status_code
        except httpx.InvalidURL:
            raise StopError("the receiver's address is none: write it anew") from None
        except (httpx.ConnectError, httpx.ConnectTimeout) as error:
            raise RepeatError("the receiver could not be reached: repeat later") from error
        except httpx.HTTPError as error:
            raise OutcomeUnknownError(
                f"the receiver may have taken it ({type(error).__name__})"
            ) from error
        return _receipt(status)


def _receipt(status: int) -> str:
    if 200 <= status < 300:
        return f"taken with {status}"
    if status == TOO_MANY:
        raise RepeatError("the receiver asks to try later (429)")
    if status >= 500 or status in TRIED_AGAIN:
        raise OutcomeUnknownError(f"the receiver may have taken it (it answered {status})")
    if status in MOVED:
        raise StopError(f"the receiver has moved ({status}): write its new address")
    if status in {WRONG_METHOD, GONE, *REMEDIES}:
        raise StopError(f"the receiver takes nothing ({status}): check its address and secret")
    raise RefusedError(f"the receiver refused it ({status})", codes=(str(status),))
