"""Sessions of the landing: their engine is used again, and nothing of one is left to the next."""

import duckdb
import pytest
from fsspec import AbstractFileSystem

from orchestration.landing import sessions
from orchestration.landing.sessions import SPILL, connect

SETTINGS = """
    select current_setting('memory_limit'), current_setting('temp_directory'),
        current_setting('TimeZone'), current_setting('threads')
"""
MANY_ROWS = "create temp table many as select hash(range), hash(-range) from range(9_000_000)"
SMALL = 60 * 2**20


@pytest.fixture(autouse=True)
def idle(monkeypatch):
    """The instances that nobody uses, of this test alone."""
    mine = []
    monkeypatch.setattr(sessions, "_idle", mine)
    return mine


def test_an_engine_is_used_again_and_by_one_session_at_a_time(idle):
    with connect():
        with connect():
            assert idle == []
        assert len(idle) == 1
    assert len(idle) == 2

    with connect():
        assert len(idle) == 1
    assert len(idle) == 2


def test_a_session_finds_nothing_of_the_one_before(tmp_path):
    with connect() as first:
        untouched = first.execute(SETTINGS).fetchall()
    with connect(tmp_path, longest_line=2**20) as other:
        other.execute("create temp table mine as select 1")
        other.execute("set timezone = 'Asia/Tokyo'")
        assert other.execute(SETTINGS).fetchall() != untouched

    with connect() as last:
        assert last.execute(SETTINGS).fetchall() == untouched
        with pytest.raises(duckdb.CatalogException):
            last.execute("from mine")


def test_a_session_knows_no_file_system_of_the_one_before():
    class Elsewhere(AbstractFileSystem):
        protocol = "elsewhere"

    with connect() as first:
        first.register_filesystem(Elsewhere())
        assert first.filesystem_is_registered("elsewhere")

    with connect() as other:
        assert not other.filesystem_is_registered("elsewhere")


def test_an_engine_that_spilled_is_closed_and_its_spill_removed(tmp_path, idle):
    with connect(tmp_path, memory_bytes=SMALL) as session:
        session.execute(MANY_ROWS)
        assert (tmp_path / SPILL).exists()

    assert idle == []
    assert list(tmp_path.iterdir()) == []


def test_an_engine_on_which_something_failed_is_closed(idle):
    with pytest.raises(duckdb.ParserException), connect() as session:
        session.execute("no sql")

    assert idle == []
