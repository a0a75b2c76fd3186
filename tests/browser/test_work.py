"""What people do in the dashboard: close a period, decide about breaks, take files home."""

import csv
import io
import re
from datetime import UTC, datetime

import openpyxl
import pytest
from playwright.sync_api import expect

from orchestration.ledger import Decisions, Intent, Ledger
from tests.browser.conftest import GONE
from tests.browser.looking import settled

TO_DO = "owner_role <> 'none' and currency = 'USD'"
REASON = "Known goodwill, agreed with support."


@pytest.fixture
def decisions(publication_home):
    with Decisions(f"sqlite:///{publication_home / 'ledger.sqlite'}") as opened:
        yield opened


def tick(page, *rows, table="breaks", noun="break"):
    """Select rows of a table by the box at their left, once what was done before is drawn."""
    settled(page)
    grid = page.locator(f".st-key-{table}_table").get_by_test_id("stDataFrame")
    grid.scroll_into_view_if_needed()
    for number, row in enumerate(rows, start=1):
        grid.locator(".dvn-scroller").click(position={"x": 18, "y": 52 + 35 * row})
        if number < len(rows):
            # A run may begin only later: the next click would meet a table that is drawn anew.
            page.get_by_text(f"{number} {noun}{'s' if number > 1 else ''} selected").wait_for()
        settled(page)


def say(page, opener, *, label, text, key):
    """Open a decision, write its reason, and take it."""
    settled(page)
    page.get_by_role("button", name=opener).click()
    page.get_by_role("textbox", name=label).fill(text)
    page.locator(f".st-key-{key} button").click()


def accept(page):
    say(page, "Accept", label="Why it may stay as it is", text=REASON, key="accept")


def test_the_last_month_that_is_over_ties_and_its_breaks_are_those_of_the_mart(look, ask, metric):
    page = look("/?currency=USD")
    (last,) = ask("""
        select max(period) from marts.fct_tie_out
        where period < strftime((select as_of from ops.publication), '%Y-%m')
    """)
    expect(page.get_by_text(f"Tied: {datetime.strptime(last, '%Y-%m').replace(tzinfo=UTC):%B %Y}"))
    controls, tied = ask(f"""
        select count(*), count(*) filter (is_tied) from marts.fct_tie_out
        where period in ('{last}', 'all', 'none')
    """)
    assert metric(page, "Controls that tie") == f"{tied:,} of {controls:,}"
    count, money = ask(f"""
        select sum(breaks), sum(largest) from (
            select count(*) as breaks, max(amount) as largest
            from marts.fct_reconciliation_breaks
            inner join marts.fct_return_lifecycle as cases using (case_key)
            where owner_role <> 'none' and fct_reconciliation_breaks.currency = 'USD'
                and coalesce(due_at, requested_at)
                    < cast(strptime('{last}-01', '%Y-%m-%d') + interval 1 month as timestamptz)
            group by case_key
        )
    """)
    assert metric(page, "To do (USD)") == f"{count:,}"
    assert metric(page, "Money in them") == f"USD {money:,.2f}"


def test_what_is_new_since_the_publication_before_is_counted(look, metric):
    page = look("/?currency=USD&move=Gone")
    assert metric(page, "New breaks") == str(GONE)
    assert metric(page, "Breaks gone") == "0"
    expect(page.get_by_text("No break in USD is gone.")).to_be_visible()
    expect(page.get_by_text(re.compile(rf"^New: {GONE} \(USD.+Gone: 0 "))).to_be_visible()


def test_the_month_that_is_not_over_cannot_be_judged(look, ask):
    (running,) = ask("select strftime((select as_of from ops.publication), '%B %Y')")
    page = look(f"/?period={running.replace(' ', '+')}")
    expect(page.get_by_text(f"Incomplete: {running} cannot be judged.")).to_be_visible()
    expect(page.get_by_text("it is not over yet")).to_be_visible()


def test_the_queue_shows_count_and_money_of_the_mart(look, ask, metric):
    page = look("/breaks?currency=USD")
    count, money = ask(f"""
        select sum(breaks), sum(largest) from (
            select count(*) as breaks, max(amount) as largest
            from marts.fct_reconciliation_breaks where {TO_DO} group by case_key
        )
    """)
    assert metric(page, "To do") == f"{count:,}"
    assert metric(page, "Money in them") == f"USD {money:,.2f}"


def test_a_material_break_takes_a_second_person(look, other_address, metric, decisions):
    page = look("/breaks?currency=USD")
    before = int(metric(page, "To do").replace(",", ""))
    tick(page, 0, 1)
    expect(page.get_by_text("2 breaks selected")).to_be_visible()
    accept(page)
    expect(
        page.get_by_text("2 breaks proposed: a second person has to agree.").first
    ).to_be_visible()
    settled(page)
    assert metric(page, "Wait for a second person") == "2"

    # Opened anew, so that nothing of the last decision is still selected.
    again = look("/breaks?currency=USD")
    tick(again, 0)
    accept(again)
    expect(again.get_by_text("1 break you proposed yourself").first).to_be_visible()

    theirs = look("/breaks?currency=USD", address=other_address)
    tick(theirs, 0, 1)
    accept(theirs)
    expect(theirs.get_by_text("2 breaks accepted.").first).to_be_visible()
    settled(theirs)
    assert metric(theirs, "To do") == f"{before - 2:,}"

    said = [(decision.who, decision.verb) for decision in decisions.history()]
    assert said == [("ann", "propose_acceptance")] * 2 + [("bob", "accept")] * 2
    assert decisions.verify() == ()


def test_a_close_freezes_its_publication_and_can_be_looked_at_as_it_was(
    look, publication_home, decisions
):
    page = look("/")
    say(page, "Sign off", label="carried forward", text="Late; accrued.", key="sign_off")
    expect(page.get_by_text("was closed for every store by ann")).to_be_visible()

    (signed,) = decisions.sign_offs()
    assert (publication_home / "published" / f"{signed.publication_id}.duckdb").exists()
    assert decisions.kept_publications() == {signed.publication_id}
    frozen = look(f"/?publication={signed.publication_id}")
    expect(frozen.get_by_text("An earlier publication, as it was kept")).to_be_visible()
    queue = look(f"/breaks?publication={signed.publication_id}&currency=USD")
    tick(queue, 0)
    link = queue.get_by_role("link", name="Open this return")
    expect(link).to_have_attribute("href", re.compile(f"publication={signed.publication_id}"))
    assert queue.get_by_role("button", name="Accept", exact=True).count() == 0


def test_the_evidence_of_a_period_is_a_workbook_of_what_the_marts_hold(look, ask):
    page = look("/?currency=USD")
    with page.expect_download() as download:
        page.get_by_role("button", name="Evidence pack").click()
    book = openpyxl.load_workbook(io.BytesIO(download.value.path().read_bytes()))
    names = ["Cover", "Definitions", "Control totals", "Breaks", "Decisions", "Hashes"]
    assert book.sheetnames == names
    (period,) = [row[1].value for row in book["Cover"] if row[0].value == "Period"]
    (controls,) = ask(
        f"select count(*) from marts.fct_tie_out where period in ('{period}', 'all', 'none')"
    )
    written = [row for row in book["Control totals"].iter_rows(min_row=4) if row[0].value == "Yes"]
    assert len(written) == controls
    assert all(row[7].data_type == "n" for row in written)
    assert len({row[1].value for row in book["Hashes"].iter_rows(min_row=4)}) == 8


def test_a_table_comes_home_as_csv_and_as_a_typed_workbook(look, ask):
    page = look("/variance?currency=USD")
    with page.expect_download() as download:
        page.locator(".st-key-cut_root_cause_xlsx button").first.click()
    sheet = openpyxl.load_workbook(io.BytesIO(download.value.path().read_bytes()))["Rows"]
    (gross,) = ask(
        "select sum(abs(variance_amount)) from marts.fct_refund_variance where currency = 'USD'"
    )
    rows = list(sheet.iter_rows(min_row=4, values_only=True))
    assert sheet.freeze_panes == "B4"
    assert round(sum(row[5] for row in rows[:-1]), 2) == float(gross)
    assert rows[-1][5].startswith("=SUBTOTAL(109,")
    with page.expect_download() as download:
        page.locator(".st-key-cut_root_cause_csv button").first.click()
    text = download.value.path().read_text(encoding="utf-8-sig")
    assert text.splitlines()[0] == "Cause,Cases,Storefront,ERP,Net,Gross"
    assert len(text.splitlines()) == len(rows)


def test_a_file_holds_what_the_filter_leaves_and_not_the_page_alone(look, ask):
    page = look("/gates?decision=Ready")
    (ready,) = ask("select count(*) from marts.fct_sync_gates where decision = 'ready'")
    assert ready > 50
    for kind, read in (("csv", _csv_rows), ("xlsx", _workbook_rows)):
        with page.expect_download() as download:
            page.locator(f".st-key-gates_{kind} button").first.click()
        decisions = [row[0] for row in read(download.value.path().read_bytes())]
        assert decisions == ["Ready"] * ready


def _csv_rows(content):
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"))))[1:]


def _workbook_rows(content):
    """The rows between the header and the totals."""
    sheet = openpyxl.load_workbook(io.BytesIO(content))["Rows"]
    return list(sheet.iter_rows(min_row=4, values_only=True))[:-1]


def test_what_is_owed_is_the_sum_of_the_mart_and_the_entry_balances(look, ask, metric):
    page = look("/accruals?currency=USD")
    owed, asset = ask("""
        select sum(liability_amount), sum(asset_amount)
        from marts.fct_refund_liability where currency = 'USD'
    """)
    assert metric(page, "Refund liability") == f"USD {owed:,.2f}"
    assert metric(page, "Right-of-return asset") == f"USD {asset:,.2f}"


def test_the_answers_are_those_of_the_mart(look, ask, metric):
    page = look("/diagnostics?currency=USD")
    yes, asked = ask("""
        select sum(numerator), sum(denominator) from marts.rpt_return_diagnostics
        where question = 'refunds_match' and currency = 'USD'
    """)
    tenths = int(yes * 1000 // asked)
    assert metric(page, "Refunds match") == f"{tenths // 10}.{tenths % 10}%"


def test_sending_can_be_stopped_and_resumed_by_a_person(look):
    page = look("/gates")
    say(page, "Stop sending", label="Why", text="Wrong costs in the ERP.", key="halt")
    expect(page.get_by_text("Nothing is sent for every action of every store.")).to_be_visible()
    settled(page)
    page.get_by_role("button", name="Resume").click()
    expect(page.get_by_text("Nothing is sent for every action of every store.")).to_have_count(0)


def test_of_several_actions_those_that_nothing_forbids_are_approved_and_the_others_named(
    look, publication_home
):
    planners = {"k1": "run", "k2": "ann", "k3": "run"}
    with Ledger(f"sqlite:///{publication_home / 'ledger.sqlite'}") as ledger:
        for hour, (key, who) in enumerate(planners.items()):
            ledger.plan(
                Intent(key, "restock", "us", f"case-{key}", case_name=f"#{key}", quantity=1),
                at=datetime(2026, 1, 1, hour, tzinfo=UTC),
                run_id="run",
                proposed_by=who,
            )
        page = look("/gates")
        expect(page.get_by_text("3 actions wait for a second person")).to_be_visible()
        tick(page, 0, 1, 2, table="waiting", noun="action")
        page.get_by_text("3 actions selected").wait_for()
        page.get_by_role("button", name="Approve", exact=True).click()
        told = "2 of 3 actions done. Not done: ann proposed \u201cput back on sale of #k2\u201d"
        expect(page.get_by_text(told).first).to_be_visible()
        expect(page.get_by_text("1 action waits for a second person")).to_be_visible()
        states = {key: str(ledger.intent(key).state) for key in planners}
        assert states == {"k1": "approved", "k2": "planned", "k3": "approved"}

        tick(page, 0, table="waiting", noun="action")
        say(page, "Refuse", label="Why", text="Sold meanwhile.", key="refuse")
        expect(page.get_by_text("1 action refused.").first).to_be_visible()
        assert str(ledger.intent("k2").state) == "refused"


def test_a_click_decides_about_nothing_where_the_rows_moved_meanwhile(
    look, other_address, decisions
):
    page = look("/breaks?currency=USD")
    tick(page, 0)
    expect(page.get_by_text("1 break selected")).to_be_visible()
    theirs = look("/breaks?currency=USD", address=other_address)
    tick(theirs, 0)
    say(theirs, "Mended", label="What was mended", text="Credit posted.", key="resolve")
    expect(theirs.get_by_text("1 break said to be mended.").first).to_be_visible()
    before = decisions.version()

    accept(page)

    expect(page.get_by_text("The rows moved while you looked")).to_be_visible()
    assert decisions.version() == before
