"""
Runs on old and new data, lost answers, copies, expired keys and people's hands, in any order.

A model drives the sandbox; what must hold is asked of the sandbox's own books after every step.
"""

import os
from collections import Counter
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from orchestration.ledger import State
from orchestration.sync.actions.issue_refund import ISSUE_REFUND
from tests.ledger.fresh import fresh_ledger_file
from tests.sync.bench import PLACE, STORE, Bench, Crash, Letters

# `make soak` takes ten thousand steps.
STEPS = int(os.environ.get("RETURNS_STEPS", "300"))
STEPS_A_CASE = 30
CREDIT, ORDERED = Decimal("211.86"), 3
FAULTS = st.sampled_from(
    [None, None, "lose before", "lose after", "die before", "die after", "raise after"]
)


# What the drawn steps came to, over all cases: a model that does nothing proves nothing.
SEEN = Counter()


@dataclass(frozen=True)
class Snapshot:
    """The gates as one publication held them, and up to when it knew what was confirmed."""

    rows: tuple
    known_until: object


class Interleaved(RuleBasedStateMachine):
    """One return; the warehouse and finance go on, runs come and go, people interfere."""

    def __init__(self):
        super().__init__()
        self.folder = TemporaryDirectory()
        self.bench = Bench(fresh_ledger_file(_path(self.folder) / "ledger.sqlite"))
        self.bench.stock(available=20)
        self.bench.post = Letters()
        self.received = self.passed = self.failed = self.sold = self.by_hand = 0
        self.credit = None
        self.evidence = 1
        self.snapshots = [self._snapshot()]

    def teardown(self):
        SEEN["refunds"] += len(self.bench.refunds())
        SEEN["notices"] += len(self.bench.post.taken)
        SEEN["restocked"] += self._restocked()
        SEEN["unknown"] += len(self.bench.ledger.intents(states={State.UNKNOWN}))
        assert self.bench.ledger.verify_chain() == ()
        self.bench.close()
        self.folder.cleanup()

    @initialize(is_inspected=st.booleans(), is_credited=st.booleans())
    def how_far_it_has_come(self, is_inspected, is_credited):
        """Half of the cases begin where money and stock may move at once."""
        if is_inspected:
            self.received, self.passed, self.failed = ORDERED, ORDERED - 1, 1
        if is_inspected and is_credited:
            self.credit = CREDIT
        self.snapshots = [self._snapshot()]

    # What happens at the ERP.

    @precondition(lambda self: self.received < ORDERED)
    @rule()
    def a_unit_arrives(self):
        self.received += 1
        self.evidence += 1

    @precondition(lambda self: self.passed + self.failed < self.received)
    @rule(is_good=st.booleans())
    def a_unit_is_inspected(self, is_good):
        self.passed, self.failed = self.passed + is_good, self.failed + (not is_good)
        self.evidence += 1

    @precondition(lambda self: self.credit is None and self.received == ORDERED)
    @rule()
    def finance_posts_the_credit(self):
        self.credit = CREDIT
        self.evidence += 1

    @precondition(lambda self: self.passed > self._restocked())
    @rule()
    def the_warehouse_takes_a_pass_back(self):
        """A newer publication is out before any run starts again."""
        self.passed, self.failed = self.passed - 1, self.failed + 1
        self.evidence += 1
        self.snapshots = [self._snapshot()]

    # What happens here.

    @rule()
    def it_is_published(self):
        self.snapshots = [*self.snapshots[-2:], self._snapshot()]

    @rule(data=st.data(), fault=FAULTS, action=st.sampled_from(["hold_for_inspection", "restock"]))
    def stock_is_synced(self, data, fault, action):
        self._run(action, data, fault, channel=self.bench.storefront)

    @rule(data=st.data(), fault=FAULTS)
    def a_refund_is_synced(self, data, fault):
        self._run("issue_refund", data, fault, channel=self.bench.storefront)

    @rule(data=st.data(), fault=FAULTS)
    def notices_are_sent(self, data, fault):
        self._run("notify", data, fault, channel=self.bench.post)

    @rule()
    def everything_is_synced_on_new_data(self):
        """As a run does it: each action in its order, on one publication."""
        snapshot = self._snapshot()
        for action in ("hold_for_inspection", "restock", "issue_refund", "notify"):
            self.bench.run(*snapshot.rows, action=action, known_until=snapshot.known_until)

    @rule(minutes=st.sampled_from([1, 6, 60, 1500]))
    def time_passes(self, minutes):
        self.bench.clock.wait(minutes=minutes)
        if minutes > 1:
            self.bench.storefront.last_write = None

    # What the network and people do.

    @precondition(lambda self: self.bench.storefront.last_write is not None)
    @rule()
    def the_last_call_is_delivered_twice(self):
        """The network's copy is seconds late, not days."""
        request, self.bench.storefront.last_write = self.bench.storefront.last_write, None
        self.bench.storefront.answer(request)

    @precondition(lambda self: self._units().get("available", 0) > 0)
    @rule()
    def a_customer_buys_a_unit(self):
        self._set_available(self._units()["available"] - 1)
        self.sold += 1

    @precondition(lambda self: self.by_hand == 0)
    @rule()
    def somebody_refunds_by_hand(self):
        """At a time when no call of ours is on its way."""
        if self.bench.ledger.intents(action="issue_refund", states={State.SENT, State.UNKNOWN}):
            return
        row = self.bench.refund_gate("10.00", details={"credits": ["by hand"], "return_id": None})
        other = self.bench.remote()
        request = ISSUE_REFUND.prepare(row.intent, other)
        if hasattr(request, "document"):
            other.storefront.execute(request.document, request.variables)
            self.bench.storefront.last_write = None
            self.by_hand += 1

    @rule()
    def somebody_closes_and_reopens_the_return(self):
        if self.bench.record("Return", "r1")["status"] == "OPEN":
            self.bench.change("Return", "r1", status="CLOSED")
        elif not self.bench.record("Return", "r1")["closedAt"]:
            self.bench.change("Return", "r1", status="OPEN")

    # What must hold, by the storefront's own books.

    @invariant()
    def refunds_are_within_the_credit_and_what_was_captured(self):
        ours = [Decimal(amount) for note, amount in self.bench.refunds() if "CM18" in note]
        assert sum(ours) <= (self.credit or 0)
        order = self.bench.record("Order", "o1")
        paid = [
            Decimal(t["amountSet"]["presentmentMoney"]["amount"]) for t in order["transactions"]
        ]
        kinds = [t["kind"] for t in order["transactions"]]
        back = sum(amount for amount, kind in zip(paid, kinds, strict=True) if kind == "REFUND")
        assert back <= sum(
            amount for amount, kind in zip(paid, kinds, strict=True) if kind == "SALE"
        )

    @invariant()
    def units_on_sale_are_no_more_than_those_passed(self):
        assert self._restocked() <= self.passed

    @invariant()
    def units_held_are_no_more_than_those_received(self):
        assert self._units().get("quality_control", 0) + self._restocked() <= self.received

    @invariant()
    def no_notice_was_sent_twice(self):
        assert len(self.bench.post.taken) == len(set(self.bench.post.taken))

    def _run(self, action, data, fault, *, channel):
        snapshot = data.draw(st.sampled_from(self.snapshots))
        channel.faults = [fault] if fault else []
        try:
            self.bench.run(*snapshot.rows, action=action, known_until=snapshot.known_until)
        except (Crash, RuntimeError):
            self.bench.clock.wait(minutes=6)
        channel.faults = []

    def _snapshot(self):
        """What the gates say of all that is confirmed now."""
        confirmed = self.bench.ledger.intents(states={State.CONFIRMED})
        units = dict.fromkeys(("hold_for_inspection", "restock"), 0)
        for record in confirmed:
            if record.intent.action in units:
                units[record.intent.action] += record.intent.quantity
        told = {record.reference for record in confirmed if record.intent.action == "notify"}
        rows = [
            self._stock_row("hold_for_inspection", self.received, units["hold_for_inspection"]),
            self._stock_row("restock", self.passed, units["restock"]),
        ]
        if self.credit and not self.bench.refunds():
            key = f"refund-{self.evidence}"
            rows.append(self.bench.refund_gate(str(self.credit), gate_key=key, evidence=key))
        stages = [("inspection", self.passed + self.failed == ORDERED), ("posting", self.credit)]
        for stage, is_done in stages:
            if is_done and stage not in told:
                key = f"{stage}-{self.evidence}"
                rows.append(self.bench.case_gate("notify", told=stage, gate_key=key))
        return Snapshot(tuple(row for row in rows if row), self.bench.clock())

    def _stock_row(self, action, due, done):
        if due <= done:
            return None
        key = f"{action}-{due - done}-{done}-{self.evidence}"
        row = self.bench.stock_gate(action, gate_key=key, evidence=str(self.evidence))
        return replace(row, quantity=due - done)

    def _units(self):
        return self.bench.units()

    def _restocked(self):
        return self._units().get("available", 0) + self.sold - 20

    def _set_available(self, count):
        (level,) = self.bench.books.of_kind(STORE, "InventoryLevel")
        assert level["location"]["$ref"] == PLACE
        quantities = {**level["quantities"], "available": count}
        self.bench.books.put(STORE, [{**level, "quantities": quantities}])


def _path(folder):
    return Path(folder.name)


Interleaved.TestCase.settings = settings(
    max_examples=max(STEPS // STEPS_A_CASE, 1),
    stateful_step_count=STEPS_A_CASE,
    deadline=None,
    print_blob=True,
    suppress_health_check=list(HealthCheck),
)


def test_whatever_order_things_happen_in_nothing_is_paid_sold_or_told_twice():
    run_state_machine_as_test(Interleaved)

    print(f"{STEPS} steps: {dict(SEEN)}")
    assert min(SEEN[name] for name in ("refunds", "notices", "restocked")) > 0
