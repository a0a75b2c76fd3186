"""The sandbox in this process, reached by the real clients; tests judge by what it holds."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import httpx

from orchestration.extract.http import Clock as ClientClock
from orchestration.extract.shopify import AccessTokenAuth, ShopifyClient
from orchestration.ledger import Ledger
from orchestration.resources.live_since import parse_live_since
from orchestration.sandbox.identity import gid
from orchestration.sandbox.scenario import read_scenarios
from orchestration.sandbox.storefront_api import StorefrontApi
from orchestration.sandbox.storefront_books import StorefrontBooks
from orchestration.sandbox.storefront_records import records_of
from orchestration.sync.action import Remote
from orchestration.sync.actions import ACTIONS
from orchestration.sync.engine import run_action
from orchestration.sync.policy import Policy
from orchestration.sync.values import GateRow, Mode, Publication

SCENARIOS = Path(__file__).parents[1] / "scenarios"
READY = SCENARIOS / "erp_first_refund_ready.yaml"
START = datetime(2026, 7, 1, 12, tzinfo=UTC)
LIVE = Policy(mode=Mode.LIVE, live_since=parse_live_since("*/*=1970-01-01"))
STORE = "us"


class Crash(BaseException):
    """The process dies here: nothing catches it."""


class Clock:
    """A time that moves only when told."""

    def __init__(self):
        self.now = START

    def __call__(self):
        return self.now

    def wait(self, **span):
        self.now += timedelta(**span)


class Wire(httpx.BaseTransport):
    """Carries requests to the sandbox; the next writes fail as `faults` say."""

    def __init__(self, answer, *, is_write):
        self.answer, self.is_write = answer, is_write
        self.faults, self.write_count = [], 0

    def handle_request(self, request):
        request.read()
        fault = None
        if self.is_write(request):
            self.write_count += 1
            fault = self.faults.pop(0) if self.faults else None
        kind, _, side = (fault or "").partition(" ")
        if side == "before":
            raise _error(kind, request)
        response = self.answer(request)
        if side == "after":
            raise _error(kind, request)
        return response


def _error(kind, request):
    if kind == "die":
        return Crash(kind)
    if kind == "raise":
        return RuntimeError(kind)
    return httpx.ReadTimeout(kind, request=request)


class Bench:
    """A storefront, an ERP and a ledger, and one run of an action over them."""

    def __init__(self, url, *, scenario=READY):
        self.url, self.clock = url, Clock()
        self.stem = scenario.stem
        self.scenarios = read_scenarios([scenario])
        self.books = StorefrontBooks(":memory:")
        self.books.load(record for each in self.scenarios for record in records_of(each))
        self.api = StorefrontApi(self.books, {STORE: "token"}, self.clock)
        self.storefront = Wire(self._storefront, is_write=lambda r: b"mutation" in r.content)
        self.ledger = Ledger(url)
        self.run_count = 0

    def close(self):
        self.ledger.close()
        self.books.close()

    def _storefront(self, request):
        answer = self.api.execute(STORE, json.loads(request.content))
        return httpx.Response(200, json=answer, headers={"X-Shopify-API-Version": "2026-07"})

    def remote(self):
        http = httpx.Client(
            transport=self.storefront, base_url="http://shop", auth=AccessTokenAuth("token")
        )
        clock = ClientClock(now=self.clock, sleep=lambda _: None)
        return Remote(ShopifyClient(http, api_version="2026-07", clock=clock))

    def run(self, *rows, action, policy=LIVE, wrap=lambda ledger: ledger, **facts):
        self.run_count += 1
        facts = {"known_until": self.clock(), **facts}
        return run_action(
            ACTIONS[action],
            publication=Publication(id="p", rows=rows, **facts),
            ledger=wrap(self.ledger),
            remote_for_store={STORE: self.remote()}.__getitem__,
            policy=policy,
            clock=self.clock,
            run_id=f"run-{self.run_count}",
        )

    def run_until_death(self, *rows, **said):
        try:
            return self.run(*rows, **said)
        except (Crash, RuntimeError):
            return None

    def record(self, kind, ref):
        return self.books.get(STORE, gid(kind, self.stem, ref))

    def change(self, kind, ref, **fields):
        """Somebody edits a record in the storefront."""
        self.books.put(STORE, [{**self.record(kind, ref), **fields}])

    def gate(self, action, **changes):
        """A ready row of the scenario's first return."""
        own = gid("Return", self.stem, "r1")
        row = GateRow(
            action=action,
            store=STORE,
            case_key=f"us/return/{own}",
            case_name="#1017-R1",
            decision="ready",
            gate_key=f"{action}-1",
            evidence="CM18@1",
            requested_at=START,
        )
        return replace(row, **changes)

    def refund_gate(self, amount="211.86", *, details=None, **changes):
        said = {
            "order_id": gid("Order", self.stem, "o1"),
            "return_id": gid("Return", self.stem, "r1"),
            "credits": ["CM18"],
            "lines": [{"order_line_id": self.scenarios[0].line_gid("o1", "rug"), "quantity": 2}],
            "shipping": "0",
        }
        return self.gate(
            "issue_refund",
            amount=Decimal(amount),
            currency=changes.pop("currency", "USD"),
            details=json.dumps({**said, **(details or {})}),
            **changes,
        )

    def refunds(self):
        """What the storefront's own books say was paid back, by note."""
        found = self.books.of_kind(STORE, "Refund")
        return [
            (each["note"], each["totalRefundedSet"]["presentmentMoney"]["amount"])
            for each in found
        ]
