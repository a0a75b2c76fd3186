"""One run of a sync in a process of its own, which kills itself at a named point."""

import json
import os
import signal
import sys
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import httpx

from orchestration.extract.shopify import AccessTokenAuth, ShopifyClient
from orchestration.ledger import Ledger
from orchestration.resources.live_since import parse_live_since
from orchestration.sync.action import Remote
from orchestration.sync.actions import ACTIONS
from orchestration.sync.engine import run_action
from orchestration.sync.policy import Policy
from orchestration.sync.values import GateRow, Mode, Publication

STORE = "us"


def die():
    os.kill(os.getpid(), signal.SIGKILL)


class DyingWire(httpx.HTTPTransport):
    """Dies before a write is sent, or after the remote has answered it."""

    def __init__(self, side):
        super().__init__()
        self.side = side

    def handle_request(self, request):
        request.read()
        is_write = b"mutation" in request.content
        if is_write and self.side == "before":
            die()
        response = super().handle_request(request)
        if is_write and self.side == "after":
            response.read()
            die()
        return response


class DyingLedger:
    """Dies before or after one commit."""

    def __init__(self, ledger, side, commit):
        self.ledger, self.side, self.commit = ledger, side, commit

    def __getattr__(self, name):
        real = getattr(self.ledger, name)
        if name != self.commit:
            return real

        def dying(*args, **kwargs):
            if self.side == "after":
                real(*args, **kwargs)
            die()

        return dying


def row_of(said):
    amount = said["amount"] and Decimal(said["amount"])
    requested_at = datetime.fromisoformat(said["requested_at"])
    return GateRow(**{**said, "amount": amount, "requested_at": requested_at, "hold_reasons": ()})


def run(said, *, point, clock):
    """Run once; a point is `before effect`, `after mark_sent` and the like, or empty."""
    side, _, where = point.partition(" ")
    transport = DyingWire(side if where == "effect" else "")
    auth = AccessTokenAuth(said["token"])
    http = httpx.Client(transport=transport, base_url=said["url"], auth=auth)
    with Ledger(said["ledger"]) as ledger, http:
        return run_action(
            ACTIONS[said["row"]["action"]],
            publication=Publication("p", clock(), (row_of(said["row"]),)),
            ledger=DyingLedger(ledger, side, where) if where else ledger,
            remote_for_store=lambda _: Remote(ShopifyClient(http, api_version="2026-07")),
            policy=Policy(mode=Mode.LIVE, live_since=parse_live_since("*/*=1970-01-01")),
            clock=clock,
            run_id=f"killed-{os.getpid()}",
        )


if __name__ == "__main__":
    run(
        json.loads(Path(sys.argv[1]).read_text()),
        point=sys.argv[2],
        clock=lambda: datetime.now(UTC),
    )
