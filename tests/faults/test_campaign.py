"""Whatever a source does to one extraction, a later sound one ends where nothing ever happened."""

import os
from collections import defaultdict
from dataclasses import dataclass, field

import pytest
import stamina

import orchestration.resources.netsuite
import orchestration.resources.shopify
from tests.faults.kinds import FAMILIES, FAULTS
from tests.faults.kinds.connections import READ_SECONDS, TIMEOUT
from tests.faults.proxy import passing
from tests.faults.schedules import fitting, schedules
from tests.faults.world import GROUPS, world

SEED = int(os.environ.get("RETURNS_SEED", "20260320"))
# `make soak` runs five hundred and more.
SCHEDULES = int(os.environ.get("RETURNS_FAULTS", "24"))


@dataclass
class Line:
    """One line of the table."""

    schedules: int = 0
    happened: int = 0
    visible: int = 0
    lost: int = 0
    doubled: int = 0
    watermarks: int = 0
    wrong: list[str] = field(default_factory=list)


@pytest.fixture(scope="module", autouse=True)
def repeats_do_not_wait():
    stamina.instrumentation.set_on_retry_hooks([])
    with stamina.set_testing(True, attempts=7):
        yield
    stamina.instrumentation.set_on_retry_hooks(None)


@pytest.fixture(scope="module")
def books(tmp_path_factory):
    with world(tmp_path_factory.mktemp("faults")) as made:
        yield made


@pytest.fixture(scope="module")
def truth(books):
    """What each group of streams lands without a fault, and what it asks for that."""
    return {streams: books.sound(streams) for streams in GROUPS}


def run(books, schedule, truth, line, monkeypatch):
    """Run one schedule and count what came of it."""
    sound = truth[schedule.streams]
    exchanges = sound.first if schedule.is_first_extraction else sound.later
    plan = schedule.plan(fitting(schedule.fault, exchanges))
    home = f"home-{schedule.seed}"
    if not schedule.is_first_extraction:
        books.extracted(home, schedule.streams, passing)
    with monkeypatch.context() as patience:
        if schedule.fault.family == TIMEOUT.name:
            for module in (orchestration.resources.shopify, orchestration.resources.netsuite):
                patience.setattr(module, "READ_SECONDS", READ_SECONDS)
        struck = books.extracted(home, schedule.streams, plan)
    mended = books.extracted(home, schedule.streams, passing)
    found = books.landed(home, schedule.streams)
    books.remove(home)

    line.schedules += 1
    line.happened += sum(plan.happened.values())
    line.visible += not struck.is_clean
    lost, doubled = compared(found, sound.landed)
    is_behind = found.watermarks != sound.landed.watermarks
    line.lost += len(lost)
    line.doubled += len(doubled)
    line.watermarks += is_behind
    if not plan.happened:
        line.wrong.append(f"{schedule}: the fault did not happen")
    if not mended.is_clean or lost or doubled or is_behind:
        line.wrong.append(f"{schedule}: {struck} {mended} lost {lost} doubled {doubled} "
                          f"watermarks {found.watermarks if is_behind else 'equal'}")  # fmt: skip


def compared(found, expected):
    """Return the records that lack or differ, and those that should not be there."""
    lost, doubled = [], []
    for key in expected.content.keys() | found.content.keys():
        there, right = found.content.get(key, {}), expected.content.get(key, {})
        lost += [(key, one) for one, row in right.items() if there.get(one) != row]
        doubled += [(key, one) for one in there if one not in right]
    return lost, doubled


def test_a_sound_extraction_after_any_fault_ends_where_no_fault_would_have(
    books, truth, monkeypatch
):
    fits = {
        fault: [
            (streams, is_first)
            for streams, sound in truth.items()
            for is_first, exchanges in ((True, sound.first), (False, sound.later))
            if fitting(fault, exchanges)
        ]
        for fault in FAULTS
    }
    lines = defaultdict(Line)
    for schedule in schedules(SCHEDULES, seed=SEED, fits=fits):
        line = lines[schedule.fault.family]
        try:
            run(books, schedule, truth, line, monkeypatch)
        except Exception as error:  # noqa: BLE001 - whatever is not named is a finding
            line.wrong.append(f"{schedule}: {type(error).__name__} {error}")

    print(table(lines))
    wrong = [said for line in lines.values() for said in line.wrong]
    assert wrong == [], "\n".join([f"{len(wrong)} of {SCHEDULES} schedules", *wrong[:20]])


def table(lines):
    head = f"{'class':<14}{'schedules':>10}{'faults':>8}{'visible':>9}{'lost':>6}{'doubled':>9}"
    rows = [
        f"{family.name:<14}{line.schedules:>10}{line.happened:>8}{line.visible:>9}"
        f"{line.lost:>6}{line.doubled:>9}"
        for family in FAMILIES
        if (line := lines[family.name]).schedules
    ]
    return "\n".join([f"seed {SEED}", head, *rows])
