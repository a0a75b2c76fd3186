"""Publications appear whole, are pointed to, and are retired."""

import json
from datetime import UTC, datetime

import duckdb
import pytest

from orchestration.assets.publication import Edition, current, publish

AS_OF = datetime(2026, 3, 20, tzinfo=UTC)
CHECK = {
    "asset": "marts/fct_tie_out",
    "name": "every_control_ties_out",
    "store": None,
    "passed": True,
    "severity": "error",
    "metadata": "{}",
    "evaluated_at": AS_OF,
}


@pytest.fixture
def warehouse(tmp_path):
    path = tmp_path / "warehouse.duckdb"
    with duckdb.connect(path) as connection:
        connection.execute("""
            create schema marts;
            create schema staging;
            create table staging.stg_secret as select 1 as x;
            create table marts.fct_return_lifecycle as select 'us/return/1' as case_key;
            create view marts.fct_view as select 2 as y;
        """)
    return path


@pytest.fixture
def published(tmp_path, warehouse):
    def write(identity, *, keep=5, closed=()):
        edition = Edition(
            id=identity,
            as_of=AS_OF,
            published_at=AS_OF,
            run_id="r",
            versions="{}",
            is_complete=True,
            incomplete_stores="[]",
        )
        ops = {"checks": [CHECK], "runs": [], "freshness": [], "meanings": []}
        return publish(
            warehouse=warehouse,
            folder=tmp_path / "published",
            edition=edition,
            ops=ops,
            keep=keep,
            closed=closed,
        )

    return write


def test_a_publication_holds_the_marts_and_what_is_known_of_them(published):
    with duckdb.connect(published("a"), read_only=True) as connection:
        tables = connection.execute(
            "select table_schema, table_name from information_schema.tables order by all"
        ).fetchall()
        as_of = connection.execute("select as_of, is_complete from ops.publication").fetchone()

    assert tables == [
        ("marts", "fct_return_lifecycle"),
        ("marts", "fct_view"),
        ("ops", "checks"),
        ("ops", "freshness"),
        ("ops", "meanings"),
        ("ops", "publication"),
        ("ops", "runs"),
    ]
    assert as_of == (AS_OF, True)


def test_the_pointer_names_the_newest(published, tmp_path):
    published("a")
    newest = published("b")

    assert current(tmp_path / "published") == newest
    assert json.loads((tmp_path / "published" / "current.json").read_text())["id"] == "b"


def test_old_publications_go_and_the_newest_stay(published, tmp_path):
    for identity in ("a", "b", "c"):
        published(identity, keep=2)

    assert sorted(path.stem for path in (tmp_path / "published").glob("*.duckdb")) == ["b", "c"]


def test_a_publication_that_a_period_was_closed_on_stays_for_ever(published, tmp_path):
    for identity in ("a", "b", "c", "d"):
        published(identity, keep=1, closed={"b"})

    assert sorted(path.stem for path in (tmp_path / "published").glob("*.duckdb")) == ["b", "d"]


def test_what_a_killed_run_left_behind_is_cleaned_up_and_never_read(published, tmp_path):
    folder = tmp_path / "published"
    folder.mkdir()
    (folder / ".a.partial").write_text("half a file")

    finished = published("a")

    assert current(folder) == finished
    assert not list(folder.glob(".*"))


def test_before_the_first_publication_there_is_none(tmp_path):
    assert current(tmp_path) is None


def test_a_reader_of_the_publication_before_keeps_it_while_the_next_appears(published):
    with duckdb.connect(published("a"), read_only=True) as reader:
        published("b", keep=1)

        assert reader.execute("select count(*) from marts.fct_view").fetchone() == (1,)


def test_a_publication_is_opened_by_programs_older_than_the_one_that_wrote_it(published):
    written = published("one").read_bytes()

    # Behind a checksum and the magic bytes stands the version of the format; 65 is that of 1.2.
    assert written[8:12] == b"DUCK"
    assert int.from_bytes(written[12:20], "little") <= 65
