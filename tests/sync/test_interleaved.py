"""
Runs on old and new data, lost and late calls, copies, expired keys, people's hands, in any order.

A model drives the sandbox; what must hold is asked of the sandbox's own books after every step.
"""

import hashlib
import json
import os
from collections import Counter
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

from orchestration.ledger import UNRESOLVED, IntentRecord, State
from orchestration.sync.actions import ACTIONS, IN_ORDER
from orchestration.sync.actions.issue_refund import ISSUE_REFUND
from tests.ledger.fresh import fresh_ledger_file
from tests.sync.bench import STORE, Bench, Crash
from tests.sync.returned import CASE, CREDIT, ORDERED, STOCK, Returned, rank

# `make soak` takes ten thousand steps.
STEPS = int(os.environ.get("RETURNS_STEPS", "300"))
STEPS_A_CASE = 30
# So many that every action has its turn.
MANY = 3000
FAULTS = st.sampled_from(
    [None, None, None, "lose before", "lose after", "die before", "die after", "raise after"]
)
LATE_FAULTS = FAULTS | st.just("late before")
SHOP_FAULTS = LATE_FAULTS | st.sampled_from(["again before", "again after"])
BY_HAND = {"amount": "1.00"}

# What the drawn steps came to, over all cases: a model that does nothing proves nothing.
SEEN = Counter()


class Interleaved(RuleBasedStateMachine):
    """One return; the warehouse and finance go on, runs come and go, people interfere."""

    def __init__(self):
        super().__init__()
        self.folder = TemporaryDirectory()
        folder = Path(self.folder.name)
        self.bench = Bench(fresh_ledger_file(folder / "ledger.sqlite"), folder=folder)
        self.case = Returned(self.bench)
        self.is_refunded_by_hand = False
        self.told_before, self.told_before_on_rma = set(), set()
        self.snapshots = [self.case.snapshot()]

    def teardown(self):
        try:
            self._come_to_rest()
            SEEN.update(record.intent.action for record in self.bench.ledger.intents())
            SEEN["notices"] += len(self.bench.post.taken)
            SEEN["unknown"] += len(self._unresolved())
            assert self.bench.ledger.verify_chain() == ()
        finally:
            self.bench.close()
            self.folder.cleanup()

    @initialize(
        how_far=st.sampled_from(["unheard", "authorized", "inspected", "credited"]),
        disposes_late=st.booleans(),
    )
    def how_far_it_has_come(self, how_far, disposes_late):
        """Half of the cases begin where money and stock may move at once."""
        case = self.case
        self.bench.disposes_late = disposes_late
        if how_far == "unheard":
            case.begin_unheard()
        if how_far in {"inspected", "credited"}:
            case.received, case.passed, case.failed = ORDERED, ORDERED - 1, 1
        if how_far == "credited":
            case.credit = CREDIT
        self.snapshots = [case.snapshot()]

    # What happens at the ERP and at the storefront.

    @precondition(lambda self: self.case.received < ORDERED and self.case.is_authorized())
    @rule()
    def a_unit_arrives(self):
        self.case.received += 1
        self.case.evidence += 1

    @precondition(lambda self: self.case.passed + self.case.failed < self.case.received)
    @rule(is_good=st.booleans())
    def a_unit_is_inspected(self, is_good):
        self.case.passed += is_good
        self.case.failed += not is_good

    @precondition(lambda self: self.case.credit is None and self.case.received == ORDERED)
    @rule()
    def finance_posts_the_credit(self):
        self.case.credit = CREDIT
        self.case.evidence += 1

    @precondition(lambda self: self.case.credit is None and self.case.is_authorized())
    @rule()
    def the_erp_restates_what_it_authorized(self):
        self.case.authorized += Decimal("0.01")
        self.case.evidence += 1

    @precondition(
        lambda self: (
            self.case.passed > max(self.case.on_sale, self.case.moved_on_sale)
            and not self.bench.storefront.under_way
        )
    )
    @rule()
    def the_warehouse_takes_a_pass_back(self):
        """A newer publication is out before any run starts again."""
        self.case.passed, self.case.failed = self.case.passed - 1, self.case.failed + 1
        self.snapshots = [self.case.snapshot()]

    @precondition(lambda self: self.case.put_back_unseen < ORDERED)
    @rule()
    def the_storefront_puts_a_unit_on_sale_unseen(self):
        self.case.set_available(self.case.available + 1)
        self.case.put_back_unseen += 1

    @precondition(lambda self: self.case.available > 0)
    @rule()
    def a_customer_buys_a_unit(self):
        self.case.set_available(self.case.available - 1)
        self.case.sold += 1

    # What happens here.

    @rule()
    def it_is_published(self):
        self.snapshots = [*self.snapshots[-2:], self.case.snapshot()]

    @rule(data=st.data(), fault=SHOP_FAULTS, action=st.sampled_from(STOCK[:2]))
    def units_are_taken_off_sale(self, data, fault, action):
        self._run(action, data, fault, channel=self.bench.storefront)

    @rule(data=st.data(), fault=SHOP_FAULTS, action=st.sampled_from(STOCK[2:]))
    def inspected_units_are_moved(self, data, fault, action):
        self._run(action, data, fault, channel=self.bench.storefront)

    @rule(data=st.data(), fault=SHOP_FAULTS)
    def a_refund_is_synced(self, data, fault):
        self._run("issue_refund", data, fault, channel=self.bench.storefront)

    @rule(data=st.data(), fault=SHOP_FAULTS)
    def the_quote_is_told(self, data, fault):
        self._run("publish_quote", data, fault, channel=self.bench.storefront)

    @rule(data=st.data(), fault=LATE_FAULTS, where=st.sampled_from(["storefront", "erp"]))
    def the_stages_are_told(self, data, fault, where):
        self._run("publish_status", data, fault, channel=getattr(self.bench, where))

    @rule(data=st.data(), fault=LATE_FAULTS)
    def an_authorization_is_opened(self, data, fault):
        self._run("open_rma", data, fault, channel=self.bench.erp)

    @rule(data=st.data(), fault=FAULTS)
    def notices_are_sent(self, data, fault):
        self._run("notify", data, fault, channel=self.bench.post)

    @rule()
    def everything_is_synced_on_new_data(self):
        """As a run does it: each action in its order, on one publication."""
        snapshot = self.case.snapshot()
        for action in IN_ORDER:
            self.bench.run(*snapshot.rows, action=action.name, known_until=snapshot.known_until)

    @rule(minutes=st.sampled_from([1, 6, 60, 1500]))
    def time_passes(self, minutes):
        self._wait(minutes)

    # What the network and people do.

    @precondition(lambda self: self._wires_with("under_way"))
    @rule()
    def a_late_call_arrives(self):
        (wire, *_) = self._wires_with("under_way")
        wire.answer(wire.under_way.pop(0))

    @precondition(lambda self: self._wires_with("last_write"))
    @rule(data=st.data())
    def the_last_call_is_delivered_twice(self, data):
        """
        The network's copy is seconds late, not days.

        Of a disposition the storefront would take a copy for another one: it knows no key.
        """
        wire = data.draw(st.sampled_from(self._wires_with("last_write")))
        request, wire.last_write = wire.last_write, None
        if request not in wire.under_way and b"OrderDispose(" not in request.content:
            wire.answer(request)

    @precondition(lambda self: not self.is_refunded_by_hand)
    @rule()
    def somebody_refunds_by_hand(self):
        """At a time when no call of ours is on its way."""
        if self.bench.ledger.intents(action="issue_refund", states=UNRESOLVED):
            return
        row = self.bench.refund_gate("10.00", details={"credits": ["by hand"], "return_id": None})
        other = self.bench.remote()
        by_hand = IntentRecord(row.intent, State.APPROVED, self.bench.clock(), "by hand")
        request = ISSUE_REFUND.prepare(by_hand, other)
        if hasattr(request, "document"):
            other.storefront.execute(request.document, request.variables)
            self.bench.storefront.last_write = None
            self.is_refunded_by_hand = True

    @rule()
    def somebody_closes_and_reopens_the_return(self):
        if self.bench.record("Return", "r1")["status"] == "OPEN":
            self.bench.change("Return", "r1", status="CLOSED")
        elif not self.bench.record("Return", "r1")["closedAt"]:
            self.bench.change("Return", "r1", status="OPEN")

    @precondition(lambda self: not self.case.is_authorized() and not self.bench.erp.under_way)
    @rule(is_referenced=st.booleans())
    def somebody_authorizes_the_return_by_hand(self, is_referenced):
        self.case.authorize_by_hand(is_referenced=is_referenced)
        self.bench.erp.last_write = None
        self.case.evidence += 1

    @precondition(lambda self: self.bench.units().get("quality_control"))
    @rule()
    def somebody_loses_a_unit_under_inspection(self):
        self.case.set_units(quality_control=self.bench.units()["quality_control"] - 1)
        self.case.gone += 1

    @precondition(lambda self: self.bench.told() is not None)
    @rule(what=st.sampled_from(["quote", "stages", "all of it", "nothing"]))
    def somebody_writes_over_what_the_order_tells(self, what):
        (field,) = self.bench.books.of_kind(STORE, "Metafield")
        self.told_before = self._confirmed_keys()
        if what == "nothing":
            self.bench.books.delete(STORE, field["id"])
            return
        told = self.bench.told()
        if what == "all of it" or not isinstance(told, dict):
            told = ["somebody else's"]
        else:
            told[CASE] = {**told.get(CASE, {}), what: BY_HAND}
        value = json.dumps(told)
        digest = hashlib.sha256(value.encode()).hexdigest()
        changed = {"value": value, "jsonValue": told, "compareDigest": digest}
        self.bench.books.put(STORE, [{**field, **changed}])

    @precondition(lambda self: self.case.told_by_the_erp())
    @rule()
    def somebody_empties_the_field_of_the_authorization(self):
        self.told_before_on_rma = self._confirmed_keys()
        query = "update transaction set custbody_return_stages = null where type = 'RtnAuth'"
        self.bench.account.found(f"{query} returning id", [])

    # What must hold, by the sandbox's own books.

    @invariant()
    def refunds_are_within_the_credit_and_what_was_captured(self):
        ours = [Decimal(amount) for note, amount in self.bench.refunds() if "CM18" in note]
        assert sum(ours) <= (self.case.credit or 0)
        order = self.bench.record("Order", "o1")
        back = taken = Decimal(0)
        for each in order["transactions"]:
            amount = Decimal(each["amountSet"]["presentmentMoney"]["amount"])
            back += amount if each["kind"] == "REFUND" else 0
            taken += amount if each["kind"] == "SALE" else 0
        assert back <= taken

    @invariant()
    def units_we_put_on_sale_are_no_more_than_those_passed(self):
        assert self.case.moved_on_sale <= self.case.passed

    @invariant()
    def units_held_are_no_more_than_those_received(self):
        assert self.case.held <= self.case.received

    @invariant()
    def units_written_off_were_failed(self):
        assert self.case.written_off <= self.case.failed

    @invariant()
    def stock_moved_as_the_ledger_says_once_nothing_is_open(self):
        if any(record.intent.action in STOCK for record in self._unresolved()):
            return
        units = self.case.confirmed_units()
        assert self.case.moved_on_sale == units["restock"] - units["quarantine"]
        assert self.case.written_off == units["write_off"]
        assert self.case.held == units["hold_for_inspection"] + units["disposed"]

    @invariant()
    def no_notice_was_sent_twice(self):
        assert len(self.bench.post.taken) == len(set(self.bench.post.taken))

    @invariant()
    def a_return_has_one_authorization(self):
        assert len(self.bench.authorizations()) <= 1

    @invariant()
    def the_quote_is_the_erps_and_never_an_older_one(self):
        quote = self.case.told().get("quote") or {}
        if quote == BY_HAND:
            return
        quoted = [
            record.intent.amount
            for record in self.case.confirmed("publish_quote")
            if record.intent.intent_key not in self.told_before
        ]
        if "amount" in quote:
            assert Decimal(quote["amount"]) in self.case.stated
            assert Decimal(quote["amount"]) >= max(quoted, default=0)
        else:
            assert not quoted or not self.case.told()

    @invariant()
    def the_stages_never_go_back(self):
        stages = self.case.told().get("stages")
        if stages == BY_HAND:
            return
        said = " ".join(f"{stage}={how}" for stage, how in sorted((stages or {}).items()))
        stated = {" ".join(sorted(each.split())) for each in self.case.stages_stated}
        assert not said or said in stated
        if self.case.told():
            assert rank(said) >= self._highest_told(self.told_before)
        on_rma = self.case.told_by_the_erp() or ""
        assert rank(on_rma) >= self._highest_told(self.told_before_on_rma, is_on_rma=True)

    def _highest_told(self, before, *, is_on_rma=False):
        """How far the stages had come that were confirmed as told since a person wrote there."""
        told = (
            record.intent
            for record in self.case.confirmed("publish_status")
            if record.intent.intent_key not in before
        )
        return max(
            (
                rank(intent.told)
                for intent in told
                if not is_on_rma or json.loads(intent.details)["rma_id"]
            ),
            default=0,
        )

    def _confirmed_keys(self):
        return {
            record.intent.intent_key
            for action in ("publish_quote", "publish_status")
            for record in self.case.confirmed(action)
        }

    def _unresolved(self):
        return self.bench.ledger.intents(states=UNRESOLVED)

    def _wires_with(self, what):
        return [w for w in (self.bench.storefront, self.bench.erp) if getattr(w, what)]

    def _wait(self, minutes):
        """The systems give up by themselves what is on its way for five minutes."""
        self.bench.clock.wait(minutes=minutes)
        if minutes > 1:
            for wire in (self.bench.storefront, self.bench.erp):
                wire.last_write, wire.under_way = None, []

    def _run(self, action, data, fault, *, channel):
        snapshot = data.draw(st.sampled_from(self.snapshots))
        channel.faults = [fault] if fault else []
        try:
            self.bench.run(*snapshot.rows, action=action, known_until=snapshot.known_until)
        except (Crash, RuntimeError):
            self._wait(6)
        channel.faults = []

    def _come_to_rest(self):
        """Undisturbed, a few runs bring everything to where the facts say it belongs."""
        if self.bench.record("Return", "r1")["closedAt"] is None:
            self.bench.change("Return", "r1", status="OPEN")
        for _ in range(4):
            self._wait(6)
            self.everything_is_synced_on_new_data()
        in_doubt = {record.intent.action for record in self._unresolved()}
        assert len(self.bench.authorizations()) == 1
        assert in_doubt <= {"notify", *STOCK}
        told = self.case.told()
        if told and BY_HAND not in told.values():
            assert rank(self.case.stages) == self._highest_told(set())
        if not in_doubt & set(STOCK):
            assert self.case.on_sale <= self.case.passed or self.case.available == 0


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
    sure = {"hold_for_inspection", "publish_quote", "publish_status", "notify"}
    assert all(SEEN[name] for name in (sure if STEPS < MANY else ACTIONS))
