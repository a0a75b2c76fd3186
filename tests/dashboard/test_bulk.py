"""What is decided and taken home beyond the page that is shown."""

import csv
import io
from datetime import UTC, datetime

import duckdb
import pytest

from dashboard.decisions import decided
from dashboard.export import csv_of
from dashboard.marts import breaks, exposure
from dashboard.marts.breaks import BreakFilter
from dashboard.marts.source import PAGE_ROWS, Scope
from dashboard.publication import Pointer
from orchestration.ledger import Decisions, FoundBreak
from tests.dashboard.publications import asked
from tests.dashboard.test_pages import said

COPIES = 130
USD = Scope(currency="USD")
TO_DO = BreakFilter(status="to_do")


@pytest.fixture
def crowded(publish_anew, monkeypatch):
    """A publication with more breaks to do than two pages hold."""
    home, file = publish_anew()
    with duckdb.connect(file) as connection:
        connection.execute(f"""
            insert into marts.fct_reconciliation_breaks
            select breaks.* replace (breaks.break_key || copies.place as break_key)
            from marts.fct_reconciliation_breaks as breaks, range({COPIES}) as copies(place)
            where currency = 'USD' and owner_role <> 'none'
            qualify row_number() over (partition by copies.place order by break_key) = 1
        """)
    monkeypatch.setenv("RETURNS_HOME", str(home))
    monkeypatch.delenv("LEDGER_URL", raising=False)
    return home, file


@pytest.fixture
def keys(crowded):
    """The keys of all breaks to do, by the mart alone."""
    return {
        key
        for (key,) in asked(
            crowded[1],
            """
            select break_key from marts.fct_reconciliation_breaks
            where currency = 'USD' and owner_role <> 'none'
            """,
        )
    }


@pytest.fixture
def decisions(crowded):
    with Decisions(f"sqlite:///{crowded[0] / 'ledger.sqlite'}") as opened:
        yield opened


def queue_of(crowded):
    pointer = Pointer(crowded[1].stem, str(crowded[1]))
    return breaks.listed(pointer, USD, narrowed=TO_DO, decided=decided())


def test_a_file_holds_every_row_that_fits_in_the_order_of_the_pages(crowded, keys):
    listing = queue_of(crowded)
    pages = [listing.page(number) for number in range(1, 2 + len(keys) // PAGE_ROWS)]
    shown = [key for page in pages for key in page.column("break_key").to_pylist()]
    whole = [key for batch in listing.whole() for key in batch.column("break_key").to_pylist()]
    assert len(keys) > 2 * PAGE_ROWS
    assert whole == shown
    assert set(whole) == keys


def test_a_file_of_many_batches_has_one_header_and_every_row(crowded):
    pointer = Pointer(crowded[1].stem, str(crowded[1]))
    listing = exposure.lines(pointer, USD, is_open_only=False)
    (batch,) = listing.whole()
    halves = [batch.slice(0, 1), batch.slice(1)]
    text = csv_of(halves, batch.column_names).decode("utf-8-sig")
    header, *rows = csv.reader(io.StringIO(text))
    assert header == batch.column_names
    assert [row[1] for row in rows] == batch.column("case_name").to_pylist()


def select_all(opened, home):
    app = opened(home, "breaks", currency="USD")
    return app.toggle(key="breaks_all").set_value(True).run()


def test_all_that_fit_are_decided_about_at_once_on_every_page(opened, crowded, keys, decisions):
    app = select_all(opened, crowded[0])
    assert f"{len(keys)} breaks selected" in said(app)
    app.text_area(key="note_text").set_value("Known.")
    app.button(key="note").click().run()
    assert f"Note written on {len(keys)} breaks." in said(app)
    assert not app.toggle(key="breaks_all").value
    assert {one.subject for one in decisions.history()} == keys
    assert len({one.at for one in decisions.history()}) == 1


def test_all_that_fit_are_left_alone_where_somebody_decided_meanwhile(opened, crowded, decisions):
    app = select_all(opened, crowded[0])
    one = FoundBreak("b", "#1", "tax", None, None, None, "p")
    decisions.note([one], text="Mine.", who="bob", at=datetime.now(UTC))
    app.text_area(key="note_text").set_value("Known.")
    app.button(key="note").click().run()
    assert "look again at what fits" in app.error[0].value
    assert decisions.version() == 1
