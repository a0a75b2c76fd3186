"""Whatever dies or is lost on the way, the storefront's books show each effect exactly once."""

from dataclasses import replace
from itertools import product

import pytest

from orchestration.gates import Limits
from orchestration.ledger import State
from orchestration.sync.values import Outcome
from tests.sync.books import Crash
from tests.sync.world import SANDBOX, gate

STOCK = ("quarantine", "hold_for_inspection", "restock", "write_off")
COMMITS = ("plan", "approve", "claim", "mark_sent", "mark_confirmed")
COMMIT_POINTS = tuple(product(COMMITS, ("before", "after"), (Crash, RuntimeError)))
EFFECT_POINTS = (
    "crash before effect",
    "crash after effect",
    "lost before effect",
    "lost after effect",
)
NAMES = {
    (commit, side, kind): f"{kind.__name__} {side} {commit}"
    for commit, side, kind in COMMIT_POINTS
}


class Faulty:
    """A ledger whose process ends before or after one commit."""

    def __init__(self, ledger, *, commit, side, kind):
        self.ledger, self.commit, self.side, self.kind = ledger, commit, side, kind
        self.is_reached = False

    def __getattr__(self, name):
        real = getattr(self.ledger, name)
        if name != self.commit:
            return real

        def fail(*args, **kwargs):
            self.is_reached = True
            if self.side == "after":
                real(*args, **kwargs)
            raise self.kind(f"{self.side} {self.commit}")

        return fail


def heal(world, action, rows):
    world.clock.wait(minutes=6)
    return world.run(*rows, action=action)


def assert_each_effect_once(world, rows):
    booked = sorted(uri for _, uri, _ in world.books.journal)
    assert booked == sorted(f"gid://return-lifecycle/Intent/{row.gate_key}" for row in rows)
    assert {record.state for record in world.ledger.intents()} == {State.CONFIRMED}
    assert sum(world.books.quantities.values()) == 20 + (
        sum(row.quantity for row in rows) if rows[0].action == "hold_for_inspection" else 0
    )
    assert world.ledger.verify_chain() == ()


@pytest.mark.parametrize("action", STOCK)
@pytest.mark.parametrize("point", COMMIT_POINTS, ids=NAMES.get)
def test_a_death_around_any_commit_leaves_one_effect(world, action, point):
    commit, side, kind = point
    rows = [gate(action, line=line) for line in (1, 2)]
    faulty = Faulty(world.ledger, commit=commit, side=side, kind=kind)

    with pytest.raises(kind):
        world.run(*rows, action=action, wrap=lambda _: faulty)
    heal(world, action, rows)

    assert faulty.is_reached
    assert_each_effect_once(world, rows)


@pytest.mark.parametrize("action", STOCK)
@pytest.mark.parametrize("point", EFFECT_POINTS)
def test_a_call_that_dies_or_loses_its_answer_has_one_effect(world, action, point):
    rows = [gate(action, line=line) for line in (1, 2)]
    world.books.faults = [point]

    world.run_until_death(*rows, action=action)
    heal(world, action, rows)

    assert_each_effect_once(world, rows)


@pytest.mark.parametrize(
    ("first", "second"), list(product(EFFECT_POINTS, EFFECT_POINTS)), ids=lambda point: point
)
def test_a_second_fault_during_recovery_still_leaves_one_effect(world, first, second):
    rows = [gate(line=1), gate(line=2)]
    world.books.faults = [first]

    world.run_until_death(*rows)
    world.clock.wait(minutes=6)
    world.books.faults = [second]
    world.run_until_death(*rows)
    heal(world, "restock", rows)

    assert_each_effect_once(world, rows)


def test_the_recovery_of_a_call_that_was_never_made_is_confirmed_in_the_run_that_makes_it(world):
    world.books.faults = ["crash before effect"]
    world.run_until_death(gate())
    world.clock.wait(minutes=6)

    summary = world.run(gate())

    assert summary.counts == {Outcome.CONFIRMED: 1, Outcome.DONE: 1}


@pytest.mark.parametrize("point", EFFECT_POINTS)
def test_after_a_day_a_call_is_never_repeated_and_waits_for_a_person(world, point):
    world.books.faults = [point]
    world.run_until_death(gate())
    booked = list(world.books.journal)
    world.clock.wait(hours=25)

    for _ in range(2):
        summary = world.run(gate())

    assert world.books.journal == booked
    assert world.books.write_count == 1
    assert summary.counts[Outcome.UNKNOWN] == 1
    assert summary.held_by_reason == {"unresolved_intent": 1}
    assert world.ledger.intent("restock-1").state is State.UNKNOWN


def in_doubt(world):
    """A call that was lost before it had an effect, too long ago to be repeated."""
    world.books.faults = ["lost before effect"]
    world.run(gate())
    world.clock.wait(hours=25)
    world.run(gate())
    return {"who": "stock desk", "note": "looked it up", "at": world.clock()}


def test_what_a_person_finds_not_to_have_happened_is_sent_by_the_next_run(world):
    world.ledger.settle("restock-1", is_applied=False, **in_doubt(world))

    summary = world.run(gate())

    assert summary.counts == {Outcome.CONFIRMED: 1}
    assert len(world.books.journal) == 1


def test_what_did_not_happen_gives_way_to_a_newer_plan(world):
    world.ledger.settle("restock-1", is_applied=False, **in_doubt(world))

    world.run(gate(gate_key="restock-1b"))

    assert len(world.books.journal) == 1
    assert world.ledger.intent("restock-1").state is State.REFUSED


def test_what_a_person_finds_to_have_happened_is_not_sent_again(world):
    world.ledger.settle("restock-1", is_applied=True, **in_doubt(world))

    summary = world.run(gate())

    assert summary.counts == {Outcome.DONE: 1}
    assert world.books.journal == []


def test_above_its_limit_what_did_not_happen_is_asked_about_again(world):
    limited = replace(SANDBOX, limits={"restock": Limits(per_row=1, per_run=100)})
    row = gate(quantity=2)
    world.run(row, policy=limited)
    world.ledger.approve("restock-1", who="stock desk", at=world.clock())
    world.books.faults = ["lost before effect"]
    world.run(row, policy=limited)
    world.ledger.settle("restock-1", is_applied=False, who="desk", note="no", at=world.clock())

    assert world.run(row, policy=limited).held_by_reason == {"above_row_limit": 1}
    assert world.books.journal == []


def test_the_line_of_an_open_call_takes_no_new_plan(world):
    world.books.faults = ["lost after effect"]
    world.run(gate())
    world.books.faults = ["lost before effect"]

    summary = world.run(gate(gate_key="restock-newer", evidence="RMA1@2"))

    assert summary.held_by_reason == {"unresolved_intent": 1}
    assert len(world.books.journal) == 1


def test_a_plan_on_data_that_does_not_know_the_last_effect_is_not_sent(world):
    seen = world.clock()
    world.clock.wait(minutes=1)
    world.run(gate())

    stale = world.run(gate(gate_key="restock-newer"), known_until=seen)
    world.clock.wait(minutes=1)
    fresh = world.run(gate(gate_key="restock-newer"))

    assert stale.held_by_reason == {"awaits_landing": 1}
    assert fresh.counts == {Outcome.CONFIRMED: 1}
    assert len(world.books.journal) == 2
