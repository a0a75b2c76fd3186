"""A build of what changed ends in the same tables as a build of everything."""

import os
import random
from datetime import UTC, datetime, timedelta

import duckdb
import pytest

from orchestration.assets import builds
from orchestration.assets.building import build_home
from orchestration.assets.traces import READ_WHOLE, TRACES
from orchestration.extract.streams import STREAMS
from orchestration.landing import compact
from tests.dbt_project.changing_books import ChangingBooks, given_records, keys_of
from tests.dbt_project.rehearsed import extracted

SEED = int(os.environ.get("RETURNS_SEED", "20260320"))
# `make soak` draws thirty sequences; every third is compared with a build of everything.
SEQUENCES = int(os.environ.get("RETURNS_CHANGES", "3"))
COMPARED = 3
FLOWS = 40
TABLES = """
    select table_schema || '.' || table_name from information_schema.tables
    where table_schema in ('intermediate', 'marts') order by all
"""


@pytest.fixture(scope="module")
def records(tmp_path_factory):
    """What was extracted of flows drawn at random."""
    return given_records(extracted(tmp_path_factory.mktemp("given"), seed=SEED, count=FLOWS))


def built(home, landing, *, as_of, everything=False):
    """Build a home's warehouse over a landing; return whether changes sufficed."""
    home.mkdir(exist_ok=True)
    if not (home / "landing").exists():
        (home / "landing").symlink_to(landing)
    built = build_home(home, as_of=as_of, variables={}, everything=everything)
    assert [f"{result.node.name}: {result.message}" for result in built.broken] == []
    return built.is_of_changes


def differences(one, other):
    """Return the tables in which two warehouses differ, with rows that only one of them has."""
    with duckdb.connect() as connection:
        for name, home in (("one", one), ("other", other)):
            connection.execute(f"attach '{home}/warehouse.duckdb' as {name} (read_only)")
        connection.execute("use one")
        found = {}
        for (table,) in connection.execute(TABLES).fetchall():
            for left, right in (("one", "other"), ("other", "one")):
                query = f"from {left}.{table} except all from {right}.{table} limit 3"
                rows = connection.execute(query).fetchall()
                if rows:
                    found[left, table] = rows
        return found


def test_every_stream_is_followed_or_read_whole():
    assert set(TRACES) | READ_WHOLE == set(STREAMS)
    assert not set(TRACES) & READ_WHOLE


def test_a_build_of_changes_ends_where_a_build_of_everything_ends_compacted_or_not(
    records, tmp_path, monkeypatch
):
    print(f"seed {SEED}, {SEQUENCES} sequences")
    monkeypatch.setattr(builds, "BREAK_EVEN", 1)
    chance = random.Random(SEED)  # noqa: S311 - a test that can be repeated
    books = ChangingBooks(tmp_path / "landing", given=records, chance=chance)
    books.arrive(len(books.waiting) * 6 // 10)
    as_of = datetime(2026, 3, 1, tzinfo=UTC)
    assert not built(tmp_path / "kept", books.landing, as_of=as_of)

    for sequence in range(1, SEQUENCES + 1):
        for _ in range(chance.randint(2, 4)):
            books.arrive(chance.randint(0, len(records)))
            books.change(chance.randint(0, 6))
        assert keys_of(given_records(books.landing)) == books.keys()
        as_of += timedelta(hours=chance.choice([0, 1, 24, 24 * 9]))
        # Merged batches stand beside their parts for one build; in the next the parts are gone.
        if sequence % COMPARED == COMPARED - 1:
            merged = compact(books.landing, now=as_of, fewest=2, apart=timedelta(0))
            assert merged.made > 10
        elif sequence % COMPARED == 0:
            as_of += timedelta(days=2)
            removed = compact(books.landing, now=as_of).removed
            # A later merge counts the extractions that an earlier one had merged once more.
            assert removed == merged.parts if sequence == COMPARED else removed >= merged.made

        assert built(tmp_path / "kept", books.landing, as_of=as_of)
        if sequence % COMPARED == 0:
            built(tmp_path / "whole", books.landing, as_of=as_of, everything=True)
            assert differences(tmp_path / "kept", tmp_path / "whole") == {}
