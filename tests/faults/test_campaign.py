"""Whatever a source does to one extraction, a later sound one ends where nothing ever happened."""

import os
from random import Random

import pytest

from tests.faults.campaign import Campaign, places
from tests.faults.exchange import Fault
from tests.faults.kinds import FAULTS
from tests.faults.kinds.bulk import POLL, START
from tests.faults.proxy import passing
from tests.faults.schedules import Plan, Schedule, schedules
from tests.faults.world import BULK_GROUP, ERP_GROUP, GROUPS

SEED = int(os.environ.get("RETURNS_SEED", "20260320"))
# `make soak` runs more than five hundred, and compares the marts after every twenty-fifth.
SCHEDULES = int(os.environ.get("RETURNS_FAULTS", "20"))
MARTS_EVERY = 25
ORDERS = ("orders", "returns")
FAILURES = ("500", "503", "408", "reset", "reset_within", "refused")
STEPS = {
    "start": lambda ask: ask.label == START,
    "poll": lambda ask: ask.label == POLL,
    "download": lambda ask: ask.is_file,
}


@pytest.fixture(scope="module")
def truth(books):
    """What each group of streams lands without a fault, and what it asks for that."""
    return {streams: books.sound(streams) for streams in GROUPS}


def test_a_sound_extraction_after_any_fault_ends_where_no_fault_would_have(books, truth):
    campaign = Campaign(books, truth)

    for number, schedule in enumerate(schedules(SCHEDULES, seed=SEED, fits=places(truth)), 1):
        campaign.run(schedule, with_marts=number % MARTS_EVERY == 0)

    print(f"seed {SEED}\n{campaign.table()}")
    assert campaign.wrong == [], "\n".join(campaign.wrong[:20])


def test_every_fault_has_a_place_somewhere(truth):
    assert {fault.name for fault, found in places(truth).items() if not found} == set()
    assert len({fault.name for fault in FAULTS}) == len(FAULTS)


def at(step, fault):
    """Return a fault that strikes at one step of a bulk operation alone."""

    def effect(exchange, random):
        return fault.effect(exchange, random) if STEPS[step](exchange.ask) else None

    return Fault(fault.family, f"{fault.name} at the {step}", effect)


def test_what_fails_at_any_step_of_a_bulk_operation_is_mended(books, truth):
    faults = [at(step, fault) for fault in FAULTS if fault.name in FAILURES for step in STEPS]
    assert len(faults) == len(FAILURES) * len(STEPS)
    random = Random(SEED)  # noqa: S311 - can be repeated
    campaign = Campaign(books, truth)

    for number, fault in enumerate(random.sample(faults, min(len(faults), SCHEDULES // 10))):
        campaign.run(
            Schedule(SEED + number, fault, BULK_GROUP, "first", is_first_extraction=True),
            with_marts=False,
        )

    print(f"seed {SEED}\n{campaign.table()}")
    assert campaign.wrong == [], "\n".join(campaign.wrong)


@pytest.mark.parametrize("share", [0.01, 0.1, 1.0])
def test_however_many_pages_come_again_the_same_lands_at_once(books, truth, share):
    (fault,) = (each for each in FAULTS if each.name == "the_page_before_again")
    plan = Plan(fault, Random(SEED), share=share)  # noqa: S311 - can be repeated

    assert books.extracted("again", ORDERS, plan).is_clean

    assert plan.happened.total() >= (plan.fitting if share == 1 else 1)
    found = books.landed("again", ORDERS)
    assert found == truth[ORDERS].landed
    books.remove("again")


@pytest.mark.parametrize(
    ("name", "streams", "rounds"),
    [
        ("429_unsaid", ORDERS, 6),
        ("throttled", ORDERS, 6),
        ("concurrency_on_400", ERP_GROUP, 1),
    ],
)
def test_each_throttled_answer_of_three_in_ten_costs_one_request_and_no_more(
    books, name, streams, rounds
):
    (fault,) = (each for each in FAULTS if each.name == name)
    books.proxy.asked.clear()
    books.extracted("even", streams, passing)
    asked_evenly = len(books.proxy.asked)
    books.remove("even")
    books.proxy.asked.clear()
    happened = 0

    for seed in range(rounds):
        plan = Plan(fault, Random(SEED + seed), share=0.3)  # noqa: S311 - can be repeated
        assert books.extracted("throttled", streams, plan).is_clean
        happened += plan.happened.total()
        books.remove("throttled")

    assert happened > rounds
    assert len(books.proxy.asked) == rounds * asked_evenly + happened
