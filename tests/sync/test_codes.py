"""What a storefront says of a write that failed is a no only where it says so for sure."""

import httpx
import pytest

from orchestration.ledger import State
from orchestration.sync.values import Outcome
from tests.ledger.fresh import fresh_ledger_file
from tests.sync.effects import EFFECTS, STAGES
from tests.sync.test_every_fault import heal, run_into
from tests.sync.world import gate

BY_STOREFRONT = [effect for effect in EFFECTS if effect.channels[0] == "storefront"]
FAILED_BEFORE = "IDEMPOTENCY_PREVIOUS_ATTEMPT_FAILED"
SIDES = ("before", "after")


def twice(world, *faults):
    """A call and, an hour later, its repeat."""
    world.books.faults = list(faults)
    first = world.run(gate())
    world.clock.wait(hours=1)
    return first, world.run(gate())


@pytest.mark.parametrize("second", ["again before", "again after", "lose after"])
@pytest.mark.parametrize("side", SIDES)
@pytest.mark.parametrize("effect", BY_STOREFRONT, ids=lambda effect: effect.name)
def test_try_again_is_no_refusal_and_the_effect_happens_once(tmp_path, effect, side, second):
    bench = effect.bench(fresh_ledger_file(tmp_path / "ledger.sqlite"), tmp_path)
    run_into(bench, effect, f"again {side} effect", "storefront")
    (record,) = bench.ledger.intents()
    assert record.state is State.UNKNOWN
    run_into(bench, effect, f"{second} effect", "storefront")
    heal(bench, effect)

    effect.assert_told_truly(bench)
    bench.close()


@pytest.mark.parametrize("fault", ["again before", "again after"])
def test_a_refund_without_a_return_is_refused_by_words_that_say_so_alone(bench, fault):
    row = bench.refund_gate(details={"return_id": None})
    bench.storefront.faults = [fault]
    first = bench.run(row, action="issue_refund")
    bench.clock.wait(minutes=6)
    for _ in range(2):
        bench.run(row, action="issue_refund")

    assert first.counts == {Outcome.UNKNOWN: 1}
    assert bench.refunds() == [("ERP credit CM18", "211.86")]


@pytest.mark.parametrize(
    "code", ["SERVICE_UNAVAILABLE", "INVALID_LOCATION", "INVALID_QUANTITY_NEGATIVE"]
)
def test_a_repeat_that_is_refused_says_nothing_of_the_first_call(world, code):
    twice(world, "lost after effect", code)
    assert world.ledger.intent("restock-1").state is State.UNKNOWN
    world.run(gate(gate_key="newer", evidence="RMA1@1, CM1@1"))

    assert len(world.books.journal) == 1
    assert world.ledger.intent("restock-1").state is State.CONFIRMED


def test_a_first_call_that_is_refused_for_sure_is_final(world):
    first, second = twice(world, "INVALID_LOCATION")

    assert first.counts == {Outcome.REFUSED: 1}
    assert second.held_by_reason == {"refused_before": 1}


@pytest.mark.parametrize("code", ["INVALID_QUANTITY_NEGATIVE", "ITEM_NOT_STOCKED_AT_LOCATION"])
def test_what_stands_in_the_way_for_now_is_asked_again_by_the_next_run(world, code):
    first, second = twice(world, code)

    assert first.held_by_reason == {"not_applied": 1}
    assert second.counts == {Outcome.CONFIRMED: 1}
    assert len(world.books.journal) == 1


def test_a_refund_that_met_a_return_just_closed_goes_once_it_is_open_again(bench):
    bench.storefront.faults = ["INVALID_STATE before"]
    met = bench.run(bench.refund_gate(), action="issue_refund")
    bench.change("Return", "r1", status="CLOSED")
    closed = bench.run(bench.refund_gate(), action="issue_refund")
    bench.change("Return", "r1", status="OPEN")
    bench.run(bench.refund_gate(), action="issue_refund")

    assert met.held_by_reason == {"not_applied": 1}
    assert closed.held_by_reason == {"return_not_open": 1}
    assert bench.refunds() == [("ERP credit CM18", "211.86")]


def test_a_code_that_nobody_has_classed_proves_nothing(world):
    first, second = twice(world, "SOMETHING_NEW")

    assert first.counts == {Outcome.UNKNOWN: 1}
    assert second.counts[Outcome.CONFIRMED] == 1
    assert len(world.books.journal) == 1


def test_a_key_whose_calls_have_failed_is_followed_by_another_that_then_stays(world):
    _, failed = twice(world, "SERVICE_UNAVAILABLE", FAILED_BEFORE, "lost after effect")
    assert failed.outcomes[0].reason == "not_applied"
    for _ in range(2):
        world.clock.wait(hours=1)
        world.run(gate())

    first, repeat, *others = world.books.keys_asked
    assert first == repeat
    assert len(others) == 2
    assert len({first, *others}) == 2
    assert len(world.books.journal) == 1
    assert world.ledger.intent("restock-1").state is State.CONFIRMED


def test_a_key_that_fails_again_and_again_is_never_used_twice(world):
    for _ in range(3):
        world.books.faults = [FAILED_BEFORE]
        assert world.run(gate()).held_by_reason["not_applied"] == 1
        world.clock.wait(hours=1)

    assert len(set(world.books.keys_asked)) == len(world.books.keys_asked)


@pytest.mark.parametrize("code", ["UNEXPECTED_ERROR", "SSS_TIME_LIMIT_EXCEEDED"])
def test_an_erp_that_fell_over_a_write_has_not_refused_it(both, code):
    answer = both.erp.answer

    def fallen(request):
        if request.method != "PATCH":
            return answer(request)
        answer(request)
        both.erp.answer = answer
        details = [{"detail": "An unexpected error has occurred.", "o:errorCode": code}]
        return httpx.Response(400, json={"status": 400, "o:errorDetails": details})

    both.erp.answer = fallen
    row = both.case_gate("publish_status", told=STAGES)
    first = both.run(row, action="publish_status")
    both.clock.wait(minutes=6)
    for _ in range(2):
        both.run(row, action="publish_status")

    assert first.counts == {Outcome.UNKNOWN: 1}
    assert both.ledger.intent("publish_status-1").state is State.CONFIRMED
