"""Each protection is taken away in turn, and a test turns red; the list is printed."""

from dataclasses import replace
from unittest.mock import patch
from uuid import uuid4, uuid5

import pytest
from sqlalchemy import text

from orchestration.ledger import Ledger, approvals, guards, moves
from orchestration.sync import action, calls, inventory, told
from orchestration.sync.action import NAMESPACE, Absent
from orchestration.sync.actions import issue_refund, open_rma, publish_status
from orchestration.sync.calls import Calls
from orchestration.sync.captured import Captured, Share
from orchestration.sync.dispositions import Disposition
from orchestration.sync.engine import _Run
from orchestration.sync.stock import StockAction
from tests.ledger import test_approvals as approving
from tests.ledger import test_ledger as ledgers
from tests.ledger.fresh import fresh_ledger_file
from tests.sync import test_codes as codes
from tests.sync import test_dispositions as disposing
from tests.sync import test_engine as engine
from tests.sync import test_faults as faults
from tests.sync import test_notices as notices
from tests.sync import test_refunds as refunds
from tests.sync import test_told as telling
from tests.sync.bench import Bench, Letters
from tests.sync.effects import EFFECTS, ON_SHELF
from tests.sync.world import World

NOTHING = {"return_value": None}


def on_ledger(test, *arguments):
    def check(folder):
        with Ledger(fresh_ledger_file(folder / "ledger.sqlite")) as ledger:
            test(ledger, *arguments)

    return check


def on_world(test, *arguments):
    def check(folder):
        world = World(folder)
        try:
            test(world, *arguments)
        finally:
            world.ledger.close()

    return check


def on_bench(test, *arguments, erp=False):
    def check(folder):
        url = fresh_ledger_file(folder / "ledger.sqlite")
        bench = Bench(url, folder=folder if erp else None)
        bench.post = Letters()
        try:
            test(bench, *arguments)
        finally:
            bench.close()

    return check


def on_late_bench(test):
    def check(bench):
        bench.stock(**disposing.SHELF)
        bench.disposes_late = True
        test(bench)

    return on_bench(check)


def a_lost_call_is_not_repeated_once_its_gate_has_closed(bench):
    bench.stock(**ON_SHELF)
    bench.storefront.faults = ["lose before"]
    bench.run(bench.stock_gate("restock"), action="restock")
    closed = bench.stock_gate("restock", decision="held", hold_reasons=("not_inspected",))
    bench.run(closed, action="restock")
    assert bench.units() == ON_SHELF


def a_lost_restock_is_found_by_its_key(bench):
    (effect,) = (each for each in EFFECTS if each.name == "restock")
    bench.stock(**ON_SHELF)
    bench.storefront.faults = ["lose after"]
    for _ in range(2):
        bench.run(bench.stock_gate("restock"), action="restock")
    effect.assert_told_truly(bench)


def a_notice_goes_out_once(bench):
    notices.send(bench)
    bench.clock.wait(days=2)
    notices.send(bench, notices.notice(bench, gate_key="newer", evidence="CM18@2"))
    assert len(bench.post.taken) == 1


def without_index(name):
    """Take a constraint out of every ledger that a check opens."""
    opened = Ledger.__init__

    def init(self, url, **said):
        opened(self, url, **said)
        with self._engine.begin() as connection:
            connection.execute(text(f"drop index if exists {name}"))

    return patch.object(Ledger, "__init__", init)


def always_allowed(resolve=Calls.resolve):
    def allowing(self, record, **_):
        return resolve(self, record, is_allowed=True)

    return patch.object(Calls, "resolve", allowing)


def without_digest(setting=told.setting):
    def bare(intent, remote, *, merge):
        request = setting(intent, remote, merge=merge)
        for entry in request.variables["metafields"]:
            del entry["compareDigest"]
        return request

    return patch("orchestration.sync.actions.publish_status.setting", bare)


def without_what_was_there(prepare=Disposition.prepare):
    def forgetful(self, intent, remote):
        return replace(prepare(self, intent, remote), context={"known": []})

    return patch.object(Disposition, "prepare", forgetful)


def first_key_alone(record):
    return uuid5(NAMESPACE, record.intent.intent_key)


def unseen_ledger_lock():
    return patch.object(moves, "unleased", lambda _: text("1 = 1"))


PROTECTIONS = {
    "idempotency key": (
        lambda: patch.object(inventory, "idempotency_key", lambda _: uuid4()),
        on_bench(a_lost_restock_is_found_by_its_key),
    ),
    "another key after one whose calls failed": (
        lambda: patch.object(inventory, "idempotency_key", first_key_alone),
        on_world(codes.test_a_key_whose_calls_have_failed_is_followed_by_another_that_then_stays),
    ),
    "a refused repeat is no proof": (
        lambda: patch.object(calls, "_of_every_call", lambda answer, _: answer),
        on_world(
            codes.test_a_repeat_that_is_refused_says_nothing_of_the_first_call, "INVALID_LOCATION"
        ),
    ),
    "told in both places or in neither": (
        lambda: patch.object(publish_status, "_is_undone", return_value=True),
        on_bench(
            telling.test_where_the_order_is_not_told_the_authorization_does_not_tell_it_either,
            "throttled",
            None,
            erp=True,
        ),
    ),
    "constraint: one open intent a subject": (
        lambda: without_index("one_open_intent_per_subject"),
        on_ledger(
            ledgers.test_a_second_intent_for_the_same_line_cannot_be_sent_while_the_first_is_open
        ),
    ),
    "constraint: one effect a subject": (
        lambda: without_index("one_effect_per_subject"),
        on_bench(a_notice_goes_out_once),
    ),
    "lease": (
        unseen_ledger_lock,
        on_ledger(ledgers.test_a_claim_excludes_others_until_its_lease_ends),
    ),
    "fencing token": (
        lambda: patch.object(moves, "held_by", lambda _: text("1 = 1")),
        on_ledger(ledgers.test_a_worker_whose_lease_was_taken_over_can_write_nothing),
    ),
    "gate asked again before a repeat": (
        always_allowed,
        on_bench(a_lost_call_is_not_repeated_once_its_gate_has_closed),
    ),
    "read-back": (
        lambda: patch.object(
            issue_refund.IssueRefund, "resolve", lambda *_, **__: Absent("not looked for")
        ),
        on_bench(
            refunds.test_an_answer_that_was_lost_is_found_by_the_credits_number, "lose after", {}
        ),
    ),
    "wait until a call has settled": (
        lambda: patch.object(action, "is_settled", lambda *_, **__: True),
        on_bench(refunds.test_a_call_that_may_still_be_on_its_way_is_not_made_again),
    ),
    "what was captured": (
        lambda: patch.object(Captured, "spread", lambda self, amount: [_all_of(self, amount)]),
        on_bench(
            refunds.test_a_refund_that_cannot_be_right_is_held_and_nothing_is_sent,
            {"amount": "317.80"},
            "above_captured",
        ),
    ),
    "row limit": (
        lambda: patch.object(_Run, "_waits_for_approval", lambda *_: False),
        on_world(engine.test_a_row_above_the_limit_waits_for_a_person_and_then_goes),
    ),
    "run limit": (
        lambda: patch.object(_Run, "_size", lambda *_: 0),
        on_world(engine.test_a_run_moves_no_more_than_its_limit_and_the_next_one_goes_on),
    ),
    "day limit": (
        lambda: patch.object(guards, "refuse_above_day", **NOTHING),
        on_ledger(
            approving.test_a_day_sends_no_more_than_its_limit_and_the_next_day_begins_anew,
            "units",
            4,
            3,
        ),
    ),
    "halt": (
        lambda: patch.object(guards, "refuse_while_halted", **NOTHING),
        on_ledger(approving.test_what_is_halted_is_not_sent_until_it_is_resumed, "*/*"),
    ),
    "data that knows the last effect": (
        lambda: patch.object(guards, "refuse_while_unseen", **NOTHING),
        on_world(faults.test_a_plan_on_data_that_does_not_know_the_last_effect_is_not_sent),
    ),
    "newer evidence withdraws older plans": (
        lambda: patch.object(guards, "withdraw_older_plans", **NOTHING),
        on_bench(refunds.test_an_approval_on_older_evidence_does_not_reach_the_newer_plan),
    ),
    "second person": (
        lambda: patch.object(approvals, "is_same_person", lambda *_: False),
        on_ledger(approving.test_whoever_proposed_an_intent_cannot_approve_it_under_any_spelling),
    ),
    "dispositions from before the call": (
        without_what_was_there,
        on_late_bench(
            disposing.test_what_was_disposed_of_before_the_call_is_not_taken_for_its_effect
        ),
    ),
    "one method a unit": (
        lambda: patch.object(StockAction, "_of", lambda self, _: self.by_states),
        on_late_bench(disposing.test_a_passed_unit_is_put_on_sale_by_its_disposition_alone),
    ),
    "authorizations that name no return": (
        lambda: patch.object(open_rma, "_unnamed", return_value=[]),
        on_bench(
            telling.test_an_authorization_that_names_no_return_but_has_its_units_waits_for_a_person,
            "SalesOrd",
            erp=True,
        ),
    ),
    "compare and set": (
        without_digest,
        on_bench(telling.test_what_another_program_wrote_meanwhile_is_not_lost, erp=True),
    ),
}


def _all_of(captured, amount):
    (parent,) = captured.order["transactions"][:1]
    return Share(parent["id"], parent["gateway"], amount)


@pytest.mark.parametrize("name", PROTECTIONS)
def test_a_protection_taken_away_turns_a_test_red(tmp_path, name):
    removal, check = PROTECTIONS[name]
    whole, bare = tmp_path / "whole", tmp_path / "bare"
    for folder in (whole, bare):
        folder.mkdir()
    check(whole)

    with removal():
        try:
            check(bare)
        except (Exception, pytest.fail.Exception) as error:  # noqa: BLE001 - red in any way is red
            print(f"without {name}: red, {type(error).__name__}")
            return
    pytest.fail(f"without {name} every test stays green: nothing shows that it protects")
