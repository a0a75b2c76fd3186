"""What was planted in three businesses is found, all of it and nothing else."""

import csv
import os
import shutil
from dataclasses import asdict, fields
from datetime import UTC, datetime
from pathlib import Path

import dagster as dg
import duckdb
import pytest
from rich.console import Console
from typer.testing import CliRunner

from orchestration.assets.publication import current
from orchestration.cli import app
from orchestration.cli.profile import OWN_STATE, sandbox_in_place
from orchestration.cli.summary import show_planted
from orchestration.cli.whole_run import RECONCILE
from orchestration.pipeline import run_job
from orchestration.planted import compare
from orchestration.sandbox.business import Truth, draw_business
from orchestration.sandbox.business.rates import DEFECTS
from orchestration.sandbox.scenario import Scenario, checked
from orchestration.sandbox.source import TRUTH

CLOCK = datetime(2026, 2, 20, tzinfo=UTC)
FIRST_SEED = int(os.environ.get("RETURNS_SEED", "1"))
SEEDS = (FIRST_SEED, FIRST_SEED + 1, FIRST_SEED + 2)
RETURNS = 300


class ThreeBusinesses:
    """Three seeds in one set of books; their orders are numbered apart."""

    def __init__(self):
        self.said = {"seeds": SEEDS}

    def drawn(self):
        return [
            one
            for position, seed in enumerate(SEEDS, start=1)
            for one in draw_business(
                RETURNS, seed=seed, clock=CLOCK, first_number=100_000 * position
            )
        ]

    def scenarios(self):
        return checked([Scenario(one.stem, one.body) for one in self.drawn()])

    def write_truth(self, directory):
        write_truth(directory / TRUTH, [truth for one in self.drawn() for truth in one.truth])


def write_truth(path: Path, rows):
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, [field.name for field in fields(Truth)])
        writer.writeheader()
        writer.writerows(asdict(row) if isinstance(row, Truth) else row for row in rows)


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    """A home in which the pipeline has run over the three businesses."""
    print(f"seeds {SEEDS}")
    folder = tmp_path_factory.mktemp("three")
    with (
        sandbox_in_place(folder, ThreeBusinesses(), now=datetime.now(UTC), settings=OWN_STATE),
        dg.DagsterInstance.ephemeral() as instance,
    ):
        outcome = run_job(RECONCILE, instance=instance, as_of=CLOCK)
    assert outcome.is_success, outcome.problems
    return folder


@pytest.fixture
def truth_rows(home):
    """The truth, a dictionary a case."""
    with (home / "sandbox" / TRUTH).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_nothing_planted_is_missed_and_no_clean_case_is_flagged(home, truth_rows):
    found = compare(current(home / "published"), home / "sandbox" / TRUTH)

    assert found.differences == [], f"seeds {SEEDS}"
    assert {row["defect"] for row in truth_rows} >= set(DEFECTS)
    counts = {count.finding: count for count in found.counts}
    assert sum(c.planted for c in found.counts if c.group == "root cause") == 3 * RETURNS
    assert counts["clean"].found == counts["clean"].planted > 2 * RETURNS
    for finding in ("tax_rate", "put on sale uninspected", "failed, and on sale", "unlinked"):
        name = "link unlinked" if finding == "unlinked" else finding
        assert counts[name].planted == counts[name].found >= len(SEEDS)


@pytest.mark.parametrize(
    ("column", "value", "finding"),
    [
        ("root_cause", "tax_rate", "tax_rate"),
        ("exposed_quantity", "1", "put on sale uninspected"),
        ("is_payout_failed", "True", "payout failed"),
        ("is_wrong_on_both_sides", "True", "wrong on both sides"),
        ("link_method", "ambiguous", "link ambiguous"),
        ("cutoff_from", "2026-01-01T00:00:00+00:00", "in two periods"),
    ],
)
def test_a_truth_that_the_marts_do_not_know_is_missed(
    home, truth_rows, tmp_path, column, value, finding
):
    clean = next(
        row
        for row in truth_rows
        if row["root_cause"] == "none" and not row["defect"] and not row["cutoff_from"]
    )
    clean[column] = value
    write_truth(tmp_path / TRUTH, truth_rows)

    found = compare(current(home / "published"), tmp_path / TRUTH)

    assert (finding, clean["case_name"], True, False) in found.differences


def test_a_defect_that_was_not_planted_is_flagged_and_its_case_is_not_clean(
    home, truth_rows, tmp_path
):
    struck = next(row for row in truth_rows if row["root_cause"] == "fee")
    struck["root_cause"] = "none"
    write_truth(tmp_path / TRUTH, truth_rows)

    found = compare(current(home / "published"), tmp_path / TRUTH)

    case = struck["case_name"]
    assert set(found.differences) == {
        ("clean", case, True, False),
        ("fee", case, False, True),
        ("none", case, True, False),
    }


def test_the_truth_moves_with_the_clock_of_the_run(home, tmp_path):
    later = tmp_path / "later.duckdb"
    shutil.copy(current(home / "published"), later)
    with duckdb.connect(later) as connection:
        connection.execute("update ops.publication set as_of = as_of + interval 60 days")

    found = compare(later, home / "sandbox" / TRUTH)

    # Marts of the first clock: what they still await has long been missing by then.
    awaited = {case for name, case, _, is_found in found.differences if "awaiting" in name}
    missing = {case for name, case, is_planted, _ in found.differences if "missing" in name}
    assert awaited == missing != set()


def test_a_missing_refund_that_our_own_sync_paid_counts_as_paid_and_is_said_to_be(
    home, truth_rows, tmp_path
):
    case = next(row["case_name"] for row in truth_rows if row["root_cause"] == "missing_refund")
    later = tmp_path / "later.duckdb"
    shutil.copy(current(home / "published"), later)
    of_case = f"where case_name = '{case}'"
    with duckdb.connect(later) as connection:
        connection.execute(f"""
            update marts.fct_refund_variance set root_cause = 'none' {of_case};
            delete from marts.fct_reconciliation_breaks {of_case};
            insert into marts.fct_sync_actions by name
            select 'paid' as intent_key, case_key, case_name, store, currency,
                'issue_refund' as action, 'confirmed' as action_state, as_of as sent_at,
                as_of as confirmed_at
            from marts.fct_return_lifecycle cross join ops.publication {of_case};
        """)
    said = Console(record=True, width=120)

    show_planted(said, later, home / "sandbox" / TRUTH, title="A run later")

    told = said.export_text()
    assert "1 missing or awaited refund paid" in told
    assert "found as planted, and no clean case flagged" in told


def test_the_table_is_shown_with_what_differs(home, truth_rows, tmp_path):
    publication = current(home / "published")
    struck = next(row for row in truth_rows if row["root_cause"] == "fee")
    struck["root_cause"] = "shipping"
    write_truth(tmp_path / TRUTH, truth_rows)
    said = Console(record=True, width=120)

    show_planted(said, publication, home / "sandbox" / TRUTH, title="As planted")
    show_planted(said, publication, tmp_path / TRUTH, title="Doctored")

    good, _, doctored = said.export_text().partition("Doctored")
    assert "found as planted, and no clean case flagged" in good
    assert f"missed {struck['case_name']}: shipping" in doctored
    assert f"flagged, though not planted {struck['case_name']}: fee" in doctored
    assert "2 differ from what was planted" in doctored


def test_books_that_hold_something_else_are_not_thrown_away(home, monkeypatch):
    for name in os.environ:
        if name.startswith(("SHOPIFY_", "NETSUITE_", "SYNC_", "LEDGER_", "RETURNS_")):
            monkeypatch.delenv(name)
    monkeypatch.setenv("RETURNS_HOME", str(home))

    finished = CliRunner().invoke(app, ["sandbox", "--returns", "50", "--seed", "4"])

    assert finished.exit_code == 2
    assert "remove that folder" in finished.output
