"""When a period may be called tied, and what its accrual proposes."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pyarrow as pa
import pytest

from dashboard.closing import Late, Verdict, late_witnesses, readiness, row_verdict
from dashboard.entries import months_since, proposed
from dashboard.marts.close import Period
from dashboard.publication import Edition
from orchestration.extract.streams import STREAMS

NOW = datetime(2026, 4, 2, 7, tzinfo=UTC)
LIMIT = timedelta(hours=26)
FRESH = Edition(id="p", as_of=NOW - timedelta(hours=1), published_at=NOW, is_complete=True)
TIED = {"store": "us", "currency": "USD", "system": "storefront", "controls": 4, "tied": 4}
BROKEN = {**TIED, "system": "erp", "store": "all", "tied": 3}
MARCH = Period("2026-03", date(2026, 4, 1))


def ready(*rows, edition=FRESH, late=(), is_over=True):
    return readiness(rows, edition, late=late, is_over=is_over, now=NOW, stale_after=LIMIT)


def test_a_period_is_tied_when_every_control_is():
    assert ready(TIED).verdict is Verdict.TIED


def test_one_control_that_does_not_tie_breaks_the_period():
    found = ready(TIED, BROKEN)
    assert found.verdict is Verdict.BROKEN
    assert found.reasons == ("1 of 8 controls does not tie",)


@pytest.mark.parametrize(
    ("doubt", "reason"),
    [
        ({"edition": replace(FRESH, is_complete=False)}, "some check of its run failed"),
        ({"edition": replace(FRESH, as_of=NOW - timedelta(hours=27))}, "the numbers are stale"),
        ({"is_over": False}, "it is not over yet"),
        ({"late": (Late("storefront", "us"),)}, "the storefront of us was not read lately"),
    ],
)
def test_whatever_casts_doubt_leaves_a_period_incomplete_even_where_all_ties(doubt, reason):
    found = ready(TIED, **doubt)
    assert found.verdict is Verdict.INCOMPLETE
    assert any(reason in said for said in found.reasons)


def test_a_doubt_outweighs_a_control_that_does_not_tie():
    assert ready(BROKEN, is_over=False).verdict is Verdict.INCOMPLETE


def test_a_period_without_any_control_is_incomplete():
    assert ready().verdict is Verdict.INCOMPLETE


def test_another_stores_silence_casts_no_doubt():
    assert ready(TIED, late=(Late("storefront", "uk"),)).verdict is Verdict.TIED


def test_a_store_that_was_read_in_part_is_incomplete_and_the_others_are_not():
    partial = replace(FRESH, incomplete_stores=("us",))
    assert row_verdict(TIED, partial, late=(), is_trusted=True) is Verdict.INCOMPLETE
    other = {**TIED, "store": "uk"}
    assert row_verdict(other, partial, late=(), is_trusted=True) is Verdict.TIED


def test_a_stream_that_was_not_read_lately_makes_its_witnesses_late():
    read = NOW - timedelta(hours=30)
    rows = [
        {"system": "shopify", "stream": "orders", "source": "us", "extracted_at": read},
        {"system": "shopify", "stream": "orders", "source": "uk", "extracted_at": NOW},
        {"system": "netsuite", "stream": "items", "source": "netsuite", "extracted_at": None},
        {"system": "ledger", "stream": "actions", "source": "ledger", "extracted_at": None},
    ]
    assert late_witnesses(rows, now=NOW, limit=LIMIT) == (
        Late("erp", "all"),
        Late("processor", "us"),
        Late("storefront", "us"),
    )


@pytest.mark.parametrize(("days", "late"), [(7, ()), (9, (Late("erp", "all"),))])
def test_a_list_that_is_read_once_a_week_makes_nobody_late_in_between(days, late):
    lists = [stream for stream in STREAMS.values() if stream.is_census]
    rows = [
        {
            "system": str(stream.system),
            "stream": stream.name,
            "source": str(stream.system),
            "extracted_at": NOW - timedelta(days=days),
        }
        for stream in lists
    ]

    assert len(rows) > 1
    assert late_witnesses(rows, now=NOW, limit=LIMIT) == late


def test_a_proposed_entry_balances_and_is_reversed_on_the_next_day():
    owed = {
        "store": "us",
        "currency": "USD",
        "liability_amount": Decimal("120.50"),
        "asset_amount": Decimal("41.20"),
    }
    lines = proposed([owed], MARCH).to_pylist()
    debits = sum(line["debit"] or 0 for line in lines)
    credits_ = sum(line["credit"] or 0 for line in lines)
    assert debits == credits_ == Decimal("161.70")
    assert {(line["dated_on"], line["reversed_on"]) for line in lines} == {
        ("2026-03-31", "2026-04-01")
    }


def test_a_liability_the_wrong_way_round_changes_sides_and_stays_positive():
    owed = {"store": "us", "currency": "USD", "liability_amount": Decimal(-5), "asset_amount": 0}
    first, second = proposed([owed], MARCH).to_pylist()
    assert (first["account"], first["debit"]) == ("Refund liability", Decimal(5))
    assert (second["account"], second["credit"]) == ("Returns and allowances", Decimal(5))


def test_nothing_owed_proposes_nothing():
    assert isinstance(proposed([], MARCH), pa.Table)
    assert proposed([], MARCH).num_rows == 0


def test_an_entry_can_be_proposed_for_every_month_whether_or_not_anything_moved_in_it():
    assert months_since("2026-01", NOW) == ["2026-04", "2026-03", "2026-02", "2026-01"]
    assert months_since("2026-05", NOW) == ["2026-05"]
