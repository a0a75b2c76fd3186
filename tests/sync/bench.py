"""The sandbox in this process, reached by the real clients; tests judge by what it holds."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import httpx

from orchestration.extract.errors import OutcomeUnknownError
from orchestration.extract.http import Clock as ClientClock
from orchestration.extract.netsuite import Fields, RecordClient
from orchestration.extract.shopify import AccessTokenAuth, ShopifyClient
from orchestration.ledger import Ledger
from orchestration.resources.live_since import parse_live_since
from orchestration.sandbox.credentials import AppCredentials
from orchestration.sandbox.erp_account import Account
from orchestration.sandbox.erp_books import ErpBooks
from orchestration.sandbox.erp_record_api import RECORDS_PATH, Asked, RecordApi
from orchestration.sandbox.erp_records import rows_of
from orchestration.sandbox.identity import gid, number
from orchestration.sandbox.scenario import read_scenarios
from orchestration.sandbox.storefront_access import AccessDesk
from orchestration.sandbox.storefront_api import StorefrontApi
from orchestration.sandbox.storefront_books import StorefrontBooks
from orchestration.sandbox.storefront_limits import Limits
from orchestration.sandbox.storefront_records import records_of
from orchestration.sandbox.storefront_wire import (
    inventory_item,
    level_id,
    location,
    stock_level,
)
from orchestration.sandbox.suiteql import run as suiteql
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
# What each says where it does not know what became of a call; one gives its errors no codes.
TRY_AGAIN = {
    "inventoryAdjustQuantities": "ADJUST_QUANTITIES_FAILED",
    "inventoryMoveQuantities": "SERVICE_UNAVAILABLE",
    "metafieldsSet": "INTERNAL_ERROR",
    "refundCreate": "an internal error",
    "returnProcess": "INTERNAL_ERROR",
    "reverseFulfillmentOrderDispose": "INTERNAL_ERROR",
}
ITEM, PLACE = gid("InventoryItem", STORE, "RUG-120"), gid("Location", STORE, "main")


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
    """
    Carries requests to the sandbox; the next writes fail as `faults` say.

    What is late is given up by its sender while it is `under_way`. A fault that begins with
    `again`, or with one of the vendor's codes, is answered with that code, whatever was done.
    """

    def __init__(self, answer, *, is_write):
        self.answer, self.is_write = answer, is_write
        self.faults, self.write_count = [], 0
        self.read_faults, self.last_write = [], None
        self.under_way = []

    def handle_request(self, request):
        request.read()
        if self.is_write(request):
            self.write_count += 1
            self.last_write = request
            fault = self.faults.pop(0) if self.faults else None
        else:
            fault = self.read_faults.pop(0) if self.read_faults else None
        kind, _, side = (fault or "").partition(" ")
        if kind == "late":
            self.under_way.append(request)
        if side == "before" and _is_said(kind):
            return _said(kind, request)
        if side == "before":
            raise _error(kind, request)
        response = self.answer(request)
        if _is_said(kind):
            return _said(kind, request)
        if side == "after":
            raise _error(kind, request)
        return response


def _is_said(kind):
    return kind == "again" or kind.isupper()


def _said(kind, request):
    """What a storefront says of a write that failed, or of which it does not know."""
    document = json.loads(request.content)["query"]
    mutation = next(name for name in TRY_AGAIN if f" {name}(" in document)
    code = TRY_AGAIN[mutation] if kind == "again" else kind
    error = {"field": None, "message": f"{code}: try again later"}
    if mutation != "refundCreate":
        error["code"] = code
    return httpx.Response(200, json={"data": {mutation: {"userErrors": [error]}}})


def _error(kind, request):
    if kind == "die":
        return Crash(kind)
    if kind == "raise":
        return RuntimeError(kind)
    return httpx.ReadTimeout(kind, request=request)


class Letters:
    """Takes letters as a mail server does, or as a receiver of webhooks: `is_repeatable`."""

    needs_address = True

    def __init__(self, *, is_repeatable=False):
        self.is_repeatable = is_repeatable
        self.taken, self.faults = [], []

    def deliver(self, letter):
        kind, _, side = (self.faults.pop(0) if self.faults else "").partition(" ")
        if side == "before":
            raise self._error(kind)
        if not (self.is_repeatable and letter.letter_id in self.taken):
            self.taken.append(letter.letter_id)
        if side == "after":
            raise self._error(kind)
        return "taken"

    def _error(self, kind):
        return OutcomeUnknownError(kind) if kind == "lose" else _error(kind, None)


class Bench:
    """A storefront, an ERP and a ledger, and one run of an action over them."""

    def __init__(self, url, *, scenario=READY, folder=None):
        self.url, self.clock = url, Clock()
        self.stem = scenario.stem
        self.scenarios = read_scenarios([scenario])
        self.books = StorefrontBooks(":memory:")
        self.books.load(record for each in self.scenarios for record in records_of(each))
        desk = AccessDesk({STORE: "token"}, AppCredentials("app", "secret"), self.clock)
        self.api = StorefrontApi(self.books, desk, self.clock, limits=Limits())
        self.storefront = Wire(self._storefront, is_write=lambda r: b"mutation" in r.content)
        self.account = ErpBooks(folder / "erp.duckdb") if folder else None
        if self.account:
            self.account.load(row for each in self.scenarios for row in rows_of(each))
            self.records = RecordApi(self.account, self.clock)
        self.erp = Wire(self._erp, is_write=lambda r: r.method == "PATCH" or "!" in str(r.url))
        self.post, self.opt_out_tag = None, "no-return-notices"
        self.disposes_late = False
        self.ledger = Ledger(url)
        self.run_count = 0

    def close(self):
        self.ledger.close()
        if self.account:
            self.account.close()
        self.books.close()

    def _storefront(self, request):
        answer = self.api.execute(STORE, json.loads(request.content))
        return httpx.Response(200, json=answer, headers={"X-Shopify-API-Version": "2026-07"})

    def _erp(self, request):
        if "/suiteql" in request.url.path:
            asked = json.loads(request.content)
            page = suiteql(
                self.account,
                asked["q"],
                asked["params"],
                limit=1000,
                offset=0,
                now=self.clock(),
                account=Account(),
            )
            return httpx.Response(200, json={"items": page.items, "count": len(page.items)})
        answered = self.records.answer(
            Asked(
                method=request.method,
                path=request.url.path.removeprefix(f"{RECORDS_PATH}/"),
                query=dict(request.url.params),
                headers=dict(request.headers),
                body=request.content,
            )
        )
        content = answered.content or ({} if answered.status == 200 else None)
        return httpx.Response(answered.status, headers=answered.headers, json=content)

    def authorizations(self):
        """What the ERP's own books hold: number, external id, the stages people read there."""
        query = "select tranid, externalid, custbody_return_stages from transaction"
        found = self.account.found(f"{query} where type = 'RtnAuth' order by tranid", [])
        return [tuple(row.values()) for row in found]

    def told(self):
        """What the storefront's order tells of its returns."""
        fields = self.books.of_kind(STORE, "Metafield")
        return json.loads(fields[0]["value"]) if fields else None

    def remote(self):
        http = httpx.Client(
            transport=self.storefront, base_url="http://shop", auth=AccessTokenAuth("token")
        )
        clock = ClientClock(now=self.clock, sleep=lambda _: None)
        store = ShopifyClient(http, api_version="2026-07", clock=clock)
        if self.account is None:
            return Remote(
                store,
                post=self.post,
                opt_out_tag=self.opt_out_tag,
                disposes_late=self.disposes_late,
            )
        account = httpx.Client(transport=self.erp, base_url="http://erp")
        erp = RecordClient(account, fields=Fields(), clock=clock)
        return Remote(
            store,
            erp=erp,
            post=self.post,
            opt_out_tag=self.opt_out_tag,
            rma_status_field="custbody_return_stages",
            disposes_late=self.disposes_late,
        )

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

    def case_gate(self, action, *, details=None, **changes):
        """A row about the whole case, with its ids."""
        said = {
            "order_id": gid("Order", self.stem, "o1"),
            "order_name": "#1017",
            "return_id": gid("Return", self.stem, "r1"),
            "return_name": "#1017-R1",
            "rma_id": str(number("transaction", self.stem, "ra1")),
        }
        return self.gate(action, details=json.dumps({**said, **(details or {})}), **changes)

    def stock(self, **quantities):
        """Put units of the scenario's item on the shelf."""
        level = stock_level(ITEM, PLACE, quantities=quantities, at="2026-06-01T00:00:00Z")
        item = inventory_item(STORE, "RUG-120", at="2026-06-01T00:00:00Z")
        self.books.put(STORE, [level, item, location(STORE, "main")])

    def units(self):
        """What the storefront's own books hold of the item, by state."""
        level = self.books.get(STORE, level_id(ITEM, PLACE))
        return {state: count for state, count in level["quantities"].items() if count}

    def stock_gate(self, action, *, line=1, **changes):
        """A row for one unit of one line."""
        own = {"order_line_id": f"line {line}", "gate_key": f"{action}-{line}", "quantity": 1}
        place = {"inventory_item_id": ITEM, "location_id": PLACE, "sku": "RUG-120"}
        return self.gate(action, **{**own, **place, **changes})

    def disposition_gate(self, action, **changes):
        """A row for one unit of the return's line that nobody has decided on."""
        said = {"method": "dispositions", "return_id": gid("Return", self.stem, "r1")}
        line = self.scenarios[0].line_gid("o1", "rug")
        own = {"order_line_id": line, "details": json.dumps(said)}
        return self.stock_gate(action, **{**own, **changes})

    def dispositions(self):
        """What the storefront's own books hold of the return: type and units."""
        return [
            (made["type"], made["quantity"])
            for order in self.record("Return", "r1")["reverseFulfillmentOrders"]
            for line in order["lineItems"]
            for made in line["dispositions"]
        ]

    def refunds(self):
        """What the storefront's own books say was paid back, by note."""
        found = self.books.of_kind(STORE, "Refund")
        return [
            (each["note"], each["totalRefundedSet"]["presentmentMoney"]["amount"])
            for each in found
        ]
