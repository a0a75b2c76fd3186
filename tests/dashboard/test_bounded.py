"""However many returns are published, no page asks for more rows than it can show."""

import duckdb
import pytest

from dashboard.publication import current
from tests.benchmarks.multiplied import multiply
from tests.dashboard.publications import asked

RETURNS = 20_000
# The longest list that is shown whole: the controls of one period.
MOST_ROWS = 500
PAGES = (
    *("close", "breaks", "variance", "stages", "exposure", "one_return", "diagnostics"),
    *("accruals", "gates", "health"),
)


@pytest.fixture(scope="module")
def large(published, tmp_path_factory):
    home, _ = published
    into = tmp_path_factory.mktemp("large")
    multiply(home, into, returns=RETURNS)
    return into


def test_copies_are_cases_of_their_own_with_all_that_belongs_to_them(published, large):
    _, small = published
    large_file = current(large / "published").file
    drawn = asked(small, "select count(*) from marts.fct_return_lifecycle")[0][0]
    ((cases, keys),) = asked(
        large_file, "select count(*), count(distinct case_key) from marts.fct_return_lifecycle"
    )
    assert cases == keys == -(-RETURNS // drawn) * drawn
    joined = """
        select count(*), sum(breaks.amount)
        from marts.fct_reconciliation_breaks as breaks
        inner join marts.fct_return_lifecycle as cases
            on breaks.case_key = cases.case_key and breaks.case_name = cases.case_name
    """
    ((few, money),) = asked(small, joined)
    assert asked(large_file, joined) == [(few * cases // drawn, money * (cases // drawn))]


def test_pages_share_one_reading_connection_and_ask_for_no_more_rows_than_they_show(
    large, opened, monkeypatch
):
    connections, sizes = [], []
    connect = duckdb.connect

    def watched(*arguments, **named):
        connections.append(named)
        return Watched(connect(*arguments, **named), sizes)

    monkeypatch.setattr(duckdb, "connect", watched)
    for page in PAGES:
        before = len(sizes)
        app = opened(large, page)
        assert not app.exception
        assert page == "health" or len(sizes) > before, page

    assert connections == [{"read_only": True}]
    assert 0 < max(sizes) <= MOST_ROWS


class Watched:
    """A connection whose cursors and answers are the real ones, and whose answers are counted."""

    def __init__(self, real, sizes):
        self.real, self.sizes = real, sizes

    def __getattr__(self, name):
        return getattr(self.real, name)

    def __enter__(self):
        self.real.__enter__()
        return self

    def __exit__(self, *failure):
        return self.real.__exit__(*failure)

    def cursor(self):
        return Watched(self.real.cursor(), self.sizes)

    def sql(self, statement, **said):
        return Watched(self.real.sql(statement, **said), self.sizes)

    def to_arrow_table(self):
        answered = self.real.to_arrow_table()
        self.sizes.append(answered.num_rows)
        return answered
