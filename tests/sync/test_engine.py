"""What a run sends, what it holds, and what it says of both."""

from dataclasses import replace
from datetime import timedelta
from threading import Barrier, Thread

import pytest

from orchestration.gates import Limits
from orchestration.ledger import Ledger, State
from orchestration.resources.live_since import parse_live_since
from orchestration.sync.policy import NotReadyForLiveError, Policy
from orchestration.sync.remote import (
    RefusedError,
    RepeatError,
    SourceError,
    StopError,
    UnreadableAnswerError,
)
from orchestration.sync.values import Mode, Outcome
from tests.sync.world import SANDBOX, START, gate


@pytest.mark.parametrize(
    ("action", "moved"),
    [
        ("hold_for_inspection", {"quality_control": 1}),
        ("restock", {"quality_control": -1, "available": 1}),
        ("quarantine", {"available": -1, "quality_control": 1}),
        ("write_off", {"quality_control": -1, "damaged": 1}),
    ],
)
def test_each_action_moves_units_between_the_states_it_is_named_for(world, action, moved):
    summary = world.run(gate(action), action=action)

    assert summary.counts == {Outcome.CONFIRMED: 1}
    assert [changes for _, _, changes in world.books.journal] == [moved]
    assert summary.units[Outcome.CONFIRMED] == 1


def test_a_dry_run_plans_and_touches_neither_the_storefront_nor_the_ledger(world):
    summary = world.run(gate(line=1), gate(line=2, decision="held"), policy=Policy())

    assert summary.mode is Mode.DRY
    assert summary.counts == {Outcome.PLANNED: 1, Outcome.HELD: 1}
    assert world.books.write_count == 0
    assert world.ledger.history() == []


def test_a_row_that_was_sent_is_not_sent_again_by_the_next_run(world):
    world.run(gate())
    summary = world.run(gate())

    assert summary.counts == {Outcome.DONE: 1}
    assert world.books.write_count == 1


def test_one_refused_row_stops_no_other_and_is_not_tried_again(world):
    rows = [gate(line=1), gate(line=2), gate(line=3)]
    world.books.faults = [None, RefusedError("no such place", codes=("INVALID_LOCATION",))]

    first = world.run(*rows)
    again = world.run(*rows)

    assert first.counts == {Outcome.CONFIRMED: 2, Outcome.REFUSED: 1}
    assert again.held_by_reason == {"refused_before": 1}
    assert world.books.write_count == 3
    assert "no such place" in world.ledger.intent("restock-2").message


def test_units_that_are_not_there_yet_are_asked_for_again_by_the_next_run(world):
    short = gate(quantity=11)
    first = world.run(short)
    world.books.quantities["quality_control"] += 1
    again = world.run(short)

    assert first.held_by_reason == {"too_few_quality_control": 1}
    assert again.counts == {Outcome.CONFIRMED: 1}
    assert len(world.books.journal) == 1


def test_a_refusal_that_the_client_raises_is_recorded_with_its_words(world):
    world.books.faults = [RefusedError("no such item", codes=("INVALID_INVENTORY_ITEM",))]

    world.run(gate(line=1), gate(line=2))

    assert world.ledger.intent("restock-1").message == "no such item"
    assert world.ledger.intent("restock-1").state is State.REFUSED
    assert len(world.books.journal) == 1


def test_a_refusal_for_a_call_still_running_leaves_the_outcome_open(world):
    world.books.faults = [RefusedError("wait", codes=("IDEMPOTENCY_CONCURRENT_REQUEST",))]

    summary = world.run(gate())

    assert summary.counts == {Outcome.UNKNOWN: 1}


@pytest.mark.parametrize("error", [SourceError("odd"), UnreadableAnswerError("cut off")])
def test_an_answer_that_cannot_be_read_is_an_unknown_outcome_not_a_failure(world, error):
    world.books.faults = [error]

    assert world.run(gate()).counts == {Outcome.UNKNOWN: 1}
    world.clock.wait(minutes=1)
    assert world.run(gate()).counts[Outcome.CONFIRMED] == 1


@pytest.mark.parametrize(
    ("error", "reason"),
    [(StopError("bad token"), "store_refuses_calls"), (RepeatError("throttled"), "store_busy")],
)
def test_a_store_that_takes_no_calls_is_left_alone_and_sent_to_when_it_does(world, error, reason):
    world.books.faults = [error]

    closed = world.run(gate(line=1), gate(line=2), gate(line=3, store="uk"))
    opened = world.run(gate(line=1), gate(line=2), gate(line=3, store="uk"))

    assert closed.held_by_reason == {reason: 2}
    assert closed.counts[Outcome.CONFIRMED] == 1
    assert opened.counts == {Outcome.CONFIRMED: 2, Outcome.DONE: 1}


def test_a_store_that_refuses_the_repeat_says_nothing_of_the_first_call(world):
    world.books.faults = ["lost after effect", StopError("the token is not accepted")]
    world.run(gate())
    world.run(gate())

    assert world.ledger.intent("restock-1").state is State.UNKNOWN
    world.run(gate())
    assert world.ledger.intent("restock-1").state is State.CONFIRMED
    assert len(world.books.journal) == 1


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"decision": "held", "hold_reasons": ("not_inspected", "unlinked")}, "unlinked"),
        ({"store": "eu"}, "store_not_configured"),
        ({"location_id": None}, "no_location"),
        ({"inventory_item_id": None}, "no_inventory_item"),
        ({"quantity": 0}, "no_quantity"),
    ],
)
def test_a_row_that_cannot_be_sent_is_held_with_its_reason(world, change, reason):
    summary = world.run(gate(**change))

    assert summary.held_by_reason[reason] == 1
    assert world.books.write_count == 0


def test_a_store_whose_facts_are_incomplete_is_held_and_the_others_are_not(world):
    rows = [gate(line=1), gate(line=2, store="uk")]

    summary = world.run(*rows, incomplete_stores=frozenset({"uk"}))

    assert summary.held_by_reason == {"store_incomplete": 1}
    assert summary.counts[Outcome.CONFIRMED] == 1


def test_live_mode_without_a_day_of_going_live_sends_nothing_and_names_the_setting(world):
    with pytest.raises(NotReadyForLiveError, match="SYNC_LIVE_SINCE=us/restock="):
        world.run(gate(), policy=Policy(mode=Mode.LIVE))

    assert world.books.write_count == 0


def test_a_row_that_only_an_approval_lets_through_asks_for_the_day_of_going_live_too(world):
    row = gate(decision="held", hold_reasons=("above_approval_limit",))
    world.run(row)
    world.ledger.approve("restock-1", who="finance", at=world.clock())
    elsewhere = Policy(mode=Mode.LIVE, live_since=parse_live_since("us/notify=2026-01-01"))

    with pytest.raises(NotReadyForLiveError, match="SYNC_LIVE_SINCE=us/restock="):
        world.run(row, policy=elsewhere)

    assert world.books.write_count == 0


def test_what_was_let_through_by_itself_goes_no_further_once_the_action_is_switched_off(world):
    world.books.faults = ["lost before effect"]
    world.run(gate(action="quarantine"), action="quarantine")
    world.clock.wait(hours=30)
    off = Policy(mode=Mode.LIVE, live_since=parse_live_since("*/*=9999-01-01"))
    switched_off = gate(action="quarantine", decision="held", hold_reasons=("before_go_live",))

    for _ in range(2):
        world.run(switched_off, action="quarantine", policy=off)

    assert world.books.journal == []


def test_units_are_counted_whatever_the_currency_of_their_orders(world):
    policy = replace(SANDBOX, limits={"restock": Limits(per_row=2, per_run=2)})
    rows = [
        gate(line=n, currency=name, quantity=2) for n, name in enumerate(("USD", "CAD", "EUR"))
    ]

    summary = world.run(*rows, policy=policy)

    assert summary.units[Outcome.CONFIRMED] == 2
    assert summary.held_by_reason == {"above_run_limit": 2}


def test_what_an_earlier_run_left_in_doubt_takes_nothing_of_a_later_ones_limit(world):
    policy = replace(SANDBOX, limits={"restock": Limits(per_row=2, per_run=2)})
    world.books.faults = ["lost after effect"]
    world.run(gate(quantity=2), policy=policy)
    world.clock.wait(hours=30)

    summary = world.run(gate(quantity=2), gate(line=2, quantity=2), policy=policy)

    assert summary.counts[Outcome.CONFIRMED] == 1


def test_a_case_older_than_the_going_live_is_never_touched(world):
    policy = Policy(mode=Mode.LIVE, live_since=parse_live_since("us/*=2026-07-01"))
    old = replace(gate(line=1), requested_at=START - timedelta(days=1))
    undated = replace(gate(line=2), requested_at=None)

    summary = world.run(old, undated, gate(line=3), policy=policy)

    assert summary.held_by_reason == {"before_go_live": 2}
    assert summary.counts[Outcome.CONFIRMED] == 1


def test_a_row_above_the_limit_waits_for_a_person_and_then_goes(world):
    policy = replace(SANDBOX, limits={"restock": Limits(per_row=2, per_run=100)})

    held = world.run(gate(quantity=3), policy=policy)
    world.ledger.approve("restock-1", who="stock desk", at=world.clock())
    sent = world.run(gate(quantity=3), policy=policy)

    assert held.held_by_reason == {"above_row_limit": 1}
    assert sent.counts == {Outcome.CONFIRMED: 1}
    assert world.ledger.intent("restock-1").approved_by == "stock desk"


def test_a_run_moves_no_more_than_its_limit_and_the_next_one_goes_on(world):
    policy = replace(SANDBOX, limits={"restock": Limits(per_row=2, per_run=2)})
    rows = [gate(line=line) for line in (1, 2, 3)]

    first = world.run(*rows, policy=policy)
    second = world.run(*rows, policy=policy)

    assert first.held_by_reason == {"above_run_limit": 1}
    assert second.counts == {Outcome.CONFIRMED: 1, Outcome.DONE: 2}


def test_the_same_key_with_another_quantity_is_refused_before_it_is_sent(world):
    world.run(gate(quantity=1))
    summary = world.run(gate(quantity=2))

    assert summary.held_by_reason == {"changed_under_its_key": 1}
    assert world.books.write_count == 1


def test_a_restock_waits_while_the_hold_of_its_units_is_in_doubt(world):
    world.books.faults = ["lost after effect"]
    world.run(gate("hold_for_inspection"), action="hold_for_inspection")

    summary = world.run(gate("restock"))

    assert summary.held_by_reason == {"unresolved_intent": 1}


def test_two_workers_on_one_ledger_make_each_call_once(world):
    rows = [gate(line=line) for line in range(1, 7)]
    start, second = Barrier(2), Ledger(world.url)
    ledgers = [world.ledger, second]

    def work(ledger):
        start.wait()
        world.run(*rows, wrap=lambda _: ledger)

    workers = [Thread(target=work, args=(ledger,)) for ledger in ledgers]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    second.close()

    assert world.books.write_count == len(world.books.journal) == 6
    assert {record.state for record in world.ledger.intents()} == {State.CONFIRMED}
    assert world.ledger.verify_chain() == ()
