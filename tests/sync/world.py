"""A clock, a ledger on disk and a storefront's books, and one run over them."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from orchestration.ledger import Ledger
from orchestration.resources.live_since import parse_live_since
from orchestration.sync.action import Remote
from orchestration.sync.actions import ACTIONS
from orchestration.sync.engine import run_action
from orchestration.sync.policy import Policy
from orchestration.sync.values import GateRow, Mode, Publication
from tests.ledger.fresh import fresh_ledger_file
from tests.sync.books import Books, Crash

START = datetime(2026, 7, 1, 12, tzinfo=UTC)
SANDBOX = Policy(mode=Mode.LIVE, live_since=parse_live_since("*/*=1970-01-01"))


class Clock:
    """A time that moves only when told."""

    def __init__(self):
        self.now = START

    def __call__(self):
        return self.now

    def wait(self, **span):
        self.now += timedelta(**span)


def gate(action="restock", *, line=1, **changes):
    """A ready row, one unit of one line."""
    row = GateRow(
        action=action,
        store="us",
        case_key="us/return/gid://shopify/Return/1",
        case_name="#1001-R1",
        decision="ready",
        gate_key=f"{action}-{line}",
        order_line_id=f"gid://shopify/LineItem/{line}",
        sku="MUG",
        quantity=1,
        evidence="RMA1@1",
        inventory_item_id="gid://shopify/InventoryItem/1",
        location_id="gid://shopify/Location/1",
        requested_at=START,
    )
    return replace(row, **changes)


class World:
    """Runs actions against the books; `ledger` may be wrapped to fail, one wrapper a run."""

    def __init__(self, folder):
        self.url = fresh_ledger_file(folder / "ledger.sqlite")
        self.clock = Clock()
        self.books = Books(self.clock, available=10, quality_control=10, damaged=0)
        self.ledger = Ledger(self.url)
        self.run_count = 0

    def run(self, *rows, action="restock", policy=SANDBOX, wrap=lambda ledger: ledger, **facts):
        self.run_count += 1
        remote = Remote(self.books)
        facts = {"known_until": self.clock(), **facts}
        return run_action(
            ACTIONS[action],
            publication=Publication(id="p", rows=rows, **facts),
            ledger=wrap(self.ledger),
            remote_for_store={"us": remote, "uk": remote}.__getitem__,
            policy=policy,
            clock=self.clock,
            run_id=f"run-{self.run_count}",
        )

    def run_until_death(self, *rows, **said):
        try:
            self.run(*rows, **said)
        except Crash:
            return True
        return False
