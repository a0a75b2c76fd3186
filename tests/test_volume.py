"""A business of any size, written as landing files: each copy is the drawn block, and its own."""

from datetime import UTC, datetime

import dagster as dg
import duckdb
import pytest

from orchestration.assets.publication import current
from orchestration.cli.profile import OWN_STATE, settings_in_place
from orchestration.definitions import REBUILD
from orchestration.pipeline import run_job
from orchestration.planted import compare
from orchestration.sandbox.business import Shape
from orchestration.sandbox.source import TRUTH
from orchestration.volume import Day, VolumeError, land_volume

CLOCK = datetime(2026, 2, 20, tzinfo=UTC)
SEED, BLOCK, COPIES = 5, 60, 3
# Published numbers that add up over cases, by what cases are told apart by.
SUMMED = """
    select
        lifecycle.store, lifecycle.kind, lifecycle.link_method, lifecycle.current_stage,
        variance.currency, variance.root_cause,
        count(*) * $times, sum(storefront_amount) * $times, sum(settled_amount) * $times,
        sum(erp_amount) * $times, sum(expected_amount) * $times, sum(restocked_quantity) * $times
    from marts.fct_return_lifecycle as lifecycle
    inner join marts.fct_refund_variance as variance using (case_key)
    group by all
    order by all
"""
LINES_OF_RETURNS = """
    select count(*) / count(distinct case_key)
    from marts.fct_return_lines where requested_quantity > 0
"""
CONTROLS = "select control, bool_and(is_tied) from marts.fct_tie_out group by control"


def published(folder, *, returns, block):
    """Land a business of this size in a home, rebuild it, and return the publication."""
    volume = land_volume(
        folder / "landing", returns=returns, seed=SEED, clock=CLOCK, shape=Shape(5, 3), block=block
    )
    settings = {"RETURNS_HOME": str(folder), "SHOPIFY_STORES": "", "NETSUITE_URL": ""}
    with (
        settings_in_place({**settings, **OWN_STATE}),
        dg.DagsterInstance.ephemeral() as instance,
    ):
        outcome = run_job(REBUILD, instance=instance, as_of=CLOCK)
    assert outcome.is_success, outcome.problems
    return volume, current(folder / "published")


@pytest.fixture(scope="module")
def one(tmp_path_factory):
    """The drawn block by itself."""
    print(f"seed {SEED}")
    return published(tmp_path_factory.mktemp("one"), returns=BLOCK, block=BLOCK)


@pytest.fixture(scope="module")
def three(tmp_path_factory):
    """Three copies of it."""
    folder = tmp_path_factory.mktemp("three")
    return folder, *published(folder, returns=BLOCK * COPIES - 1, block=BLOCK)


def read(publication, query, **parameters):
    with duckdb.connect(publication, read_only=True) as connection:
        return connection.execute(query, parameters).fetchall()


def returns_in(landing):
    """Read which returns a folder of batches holds."""
    rows = landing / "shopify" / "returns" / "*" / "*" / "rows.parquet"
    with duckdb.connect() as connection:
        return {row[0] for row in connection.execute(f"select id from '{rows}'").fetchall()}


def test_there_are_at_least_as_many_returns_as_asked_for(three):
    _, volume, _ = three

    assert (volume.drawn, volume.copies, volume.returns) == (BLOCK, COPIES, BLOCK * COPIES)


def test_three_copies_come_to_three_times_the_block_in_every_respect(one, three):
    block = read(one[1], SUMMED, times=COPIES)

    assert len(block) > 10
    assert read(three[2], SUMMED, times=1) == block


def test_every_copy_is_found_as_it_was_planted(three):
    folder, _, publication = three

    comparison = compare(publication, folder / TRUTH)

    assert comparison.differences == []
    assert sum(count.planted for count in comparison.counts if count.group == "root cause") == (
        BLOCK * COPIES
    )


def test_what_landed_ties_out_with_the_totals_that_the_systems_state(three):
    controls = dict(read(three[2], CONTROLS))

    assert {"credit_totals", "payouts", "tender_transactions"} <= set(controls)
    assert all(controls.values()), controls


def test_returns_have_the_lines_that_were_asked_for(three):
    [(lines,)] = read(three[2], LINES_OF_RETURNS)

    assert 2.5 < lines <= 3


def test_a_folder_that_holds_batches_is_left_alone(three):
    folder, _, _ = three

    with pytest.raises(VolumeError, match="holds batches already"):
        land_volume(folder / "landing", returns=1, seed=1, clock=CLOCK, shape=Shape())


def test_what_a_day_brings_is_landed_apart_new_copies_and_some_that_had_landed(tmp_path):
    day = Day(tmp_path / "day", copies=1)
    land_volume(
        tmp_path / "landing",
        returns=120,
        seed=SEED,
        clock=CLOCK,
        shape=Shape(5, 3),
        block=40,
        days=[day],
    )
    landed, brought = (returns_in(folder) for folder in (tmp_path / "landing", day.root))

    # Some of what is drawn are refunds and credits without a return: a copy holds as many each.
    copy = len(landed) // 2
    assert copy > 20
    assert len(landed | brought) == 3 * copy
    assert len(brought - landed) == len(brought & landed) == copy


def test_days_that_bring_everything_are_refused(tmp_path):
    days = [Day(tmp_path / "day", copies=3)]

    with pytest.raises(VolumeError, match="draw smaller blocks"):
        land_volume(tmp_path, returns=30, seed=1, clock=CLOCK, shape=Shape(), block=10, days=days)
