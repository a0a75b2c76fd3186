"""A receiver of the storefront's webhooks: each names records to read again, no data."""

import base64
import hashlib
import hmac
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import uvicorn
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from orchestration.landing.hints import Hints
from orchestration.resources.settings import SettingsError, StoreSettings

SIGNATURE, EVENT_ID = "X-Shopify-Hmac-Sha256", "X-Shopify-Event-Id"
# A delivery is some kilobytes; more than this is not one.
LARGEST_BYTES = 5 * 2**20
# Orders and returns are named by their global id, and orders by their number too.
NAMED = re.compile(rb'"(gid://shopify/(?:Order|Return)/\d+)"')
ORDER_NUMBER = re.compile(rb'"order_id"\s*:\s*(\d+)')


@dataclass(frozen=True)
class Receiver:
    """Takes deliveries for stores, each signed with the secret of the store's app."""

    secrets: Mapping[str, str] = field(repr=False)
    hints: Hints
    now: Callable[[], datetime]

    def take(self, store: str, body: bytes, *, signature: str, event_id: str) -> int:
        """Return the status to answer with; 200 only once the hint is on disk or known."""
        secret = self.secrets.get(store)
        if secret is None:
            return 404
        if not is_signed(body, secret=secret, signature=signature):
            return 401
        # Without an id of its own, the same delivery is the same body.
        event = event_id or hashlib.sha256(body).hexdigest()
        self.hints.add(store, event, records_named(body), now=self.now())
        return 200

    async def answer(self, request: Request) -> Response:
        """Answer one delivery; the storefront waits five seconds and tries again for days."""
        body = b""
        async for chunk in request.stream():
            body += chunk
            if len(body) > LARGEST_BYTES:
                return Response(status_code=413)
        status = await run_in_threadpool(
            self.take,
            request.path_params["store"],
            body,
            signature=request.headers.get(SIGNATURE, ""),
            event_id=request.headers.get(EVENT_ID, ""),
        )
        return Response(status_code=status)


def is_signed(body: bytes, *, secret: str, signature: str) -> bool:
    """Whether a signature is that of the body as received; compared in constant time."""
    made = base64.b64encode(hmac.new(secret.encode(), body, hashlib.sha256).digest())
    return hmac.compare_digest(made, signature.encode(errors="replace"))


def records_named(body: bytes) -> list[str]:
    """Return the global ids of the orders and returns that a delivery names anywhere."""
    named = {match.decode() for match in NAMED.findall(body)}
    numbers = (match.decode() for match in ORDER_NUMBER.findall(body))
    return sorted(named | {f"gid://shopify/Order/{number}" for number in numbers})


def receiver_of(
    stores: Sequence[StoreSettings], home: Path, *, now: Callable[[], datetime]
) -> Receiver:
    """Return the receiver of the stores that have a secret; raises SettingsError for none."""
    secrets = {store.key: store.client_secret for store in stores if store.client_secret}
    if not secrets:
        problem = "is missing for every store; webhooks are signed with it"
        raise SettingsError([f"SHOPIFY_<KEY>_CLIENT_SECRET: {problem}"])
    return Receiver(secrets, Hints.of(home), now)


def application(receiver: Receiver) -> Starlette:
    """Return the application: deliveries of a store come to `/webhooks/<key of the store>`."""
    return Starlette(routes=[Route("/webhooks/{store}", receiver.answer, methods=["POST"])])


def receive_forever(receiver: Receiver, *, host: str, port: int) -> None:
    """Receive until the process is told to stop."""
    uvicorn.run(application(receiver), host=host, port=port, log_level="warning", access_log=False)
