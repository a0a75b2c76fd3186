"""Wherever a run ends, and whether or not the remote had done it: each effect happens once."""

from itertools import product

import pytest

from tests.ledger.fresh import fresh_ledger_file
from tests.sync.bench import Crash
from tests.sync.effects import EFFECTS
from tests.sync.test_faults import Faulty

COMMITS = ("plan", "approve", "claim", "mark_sent", "mark_confirmed")
AT_COMMITS = tuple(
    f"{kind} {side} {commit}"
    for commit, side, kind in product(COMMITS, ("before", "after"), ("die", "raise"))
)
AT_EFFECTS = tuple(
    f"{kind} {side} effect"
    for kind, side in product(("die", "raise", "lose"), ("before", "after"))
)
AT_READS = tuple(f"{kind} before read" for kind in ("die", "raise"))
POINTS = (*AT_COMMITS, *AT_EFFECTS, *AT_READS)
HARDEST = [
    effect
    for effect in EFFECTS
    if effect.name in {"issue_refund", "restock", "restock_by_disposition"}
]
# What a commit is differs between databases, and not between effects: some stand for all.
BOOKS = [*product(["sqlite"], EFFECTS), *product(["postgresql"], HARDEST)]
KINDS = {"die": Crash, "raise": RuntimeError}


@pytest.fixture
def url(request, tmp_path):
    if request.param == "sqlite":
        return fresh_ledger_file(tmp_path / "ledger.sqlite")
    return request.getfixturevalue("postgres").new()


def run_into(bench, effect, point, channel):
    """Run once, into a fault."""
    kind, side, where = point.split()
    row = effect.row(bench)
    wrap = lambda ledger: ledger  # noqa: E731
    if where == "effect":
        effect.wire(bench, channel).faults = [f"{kind} {side}"]
    elif where == "read":
        bench.storefront.read_faults = [f"{kind} {side}"]
    else:
        faulty = Faulty(bench.ledger, commit=where, side=side, kind=KINDS[kind])
        wrap = lambda _: faulty  # noqa: E731
    bench.run_until_death(row, action=effect.action, wrap=wrap)


def heal(bench, effect):
    """Later runs, until nothing changes any more."""
    for _ in range(3):
        bench.clock.wait(minutes=6)
        bench.run(effect.row(bench), action=effect.action)


def test_there_are_twenty_points_and_more_for_every_action():
    assert len(POINTS) >= 20


@pytest.mark.parametrize("point", POINTS)
@pytest.mark.parametrize(
    ("url", "effect"),
    BOOKS,
    indirect=["url"],
    ids=[f"{database}-{effect.name}" for database, effect in BOOKS],
)
def test_an_effect_happens_once_whatever_happens_to_the_run(url, tmp_path, effect, point):
    for channel in effect.channels:
        folder = tmp_path / channel
        folder.mkdir()
        bench = effect.bench(url, folder)
        run_into(bench, effect, point, channel)
        assert effect.count(bench) <= 1
        heal(bench, effect)

        effect.assert_told_truly(bench)
        bench.close()
        if point in AT_COMMITS or len(effect.channels) == 1:
            return
        url = fresh_ledger_file(tmp_path / f"{channel}.sqlite")


@pytest.mark.parametrize("second", AT_EFFECTS)
@pytest.mark.parametrize("first", AT_EFFECTS)
@pytest.mark.parametrize("effect", HARDEST, ids=lambda effect: effect.name)
def test_a_second_fault_on_the_way_back_changes_nothing(tmp_path, effect, first, second):
    bench = effect.bench(fresh_ledger_file(tmp_path / "ledger.sqlite"), tmp_path)
    run_into(bench, effect, first, "storefront")
    bench.clock.wait(minutes=6)
    run_into(bench, effect, second, "storefront")
    heal(bench, effect)

    effect.assert_told_truly(bench)
    bench.close()
