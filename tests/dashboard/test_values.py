"""Amounts, files and charts: what is shown is what the marts hold."""

import csv
import io
import json
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import duckdb
import pyarrow as pa
import pytest

from dashboard.bridges import bridge_steps
from dashboard.export import csv_bytes, inert
from dashboard.marts import cases, variance
from dashboard.marts.source import Scope
from dashboard.marts.variance import COMPONENTS, VarianceFilter
from dashboard.money import decimals, spoken_amount
from dashboard.publication import Edition, PublicationError, Trust, current
from dashboard.tables import Column, Kind, shown
from tests.dashboard.publications import asked

KEY = "case_key = 'us/return/gid://shopify/Return/1'"
NOW = datetime(2026, 3, 20, tzinfo=UTC)


@pytest.mark.parametrize("start", list("=+-@\t\r\n"))
def test_text_that_a_spreadsheet_would_run_is_made_inert(start):
    assert inert(f"{start}1+1") == f"'{start}1+1"


def test_other_text_stays_as_it_is():
    assert inert("#1001-R1") == "#1001-R1"


def test_numbers_stay_numbers_in_a_file_and_text_does_not_run():
    table = pa.table(
        {"Order": ["=1+1"], "Amount": pa.array([Decimal("-5.10")], pa.decimal128(9, 2))}
    )
    rows = list(csv.reader(io.StringIO(csv_bytes(table).decode("utf-8-sig"))))
    assert rows == [["Order", "Amount"], ["'=1+1", "-5.10"]]


def test_a_file_holds_what_the_table_shows_in_its_order():
    rows = pa.table({"code": ["tax_rate"], "amount": pa.array([Decimal("3.120")])})
    columns = (
        Column("amount", "Amount", Kind.MONEY),
        Column("code", "Cause", Kind.WORD, words={"tax_rate": "Tax rate"}),
    )
    table = shown(rows, columns, digits=2)
    assert csv_bytes(table).decode("utf-8-sig").split() == ["Amount,Cause", "3.12,Tax", "rate"]


@pytest.mark.parametrize(
    ("currency", "digits", "said"),
    [("USD", 2, "USD 1,234.50"), ("JPY", 0, "JPY 1,235"), ("KWD", 3, "KWD 1,234.500")],
)
def test_an_amount_has_the_decimals_of_its_currency(currency, digits, said):
    assert decimals(currency) == digits
    spoken = spoken_amount(Decimal("1234.500"), currency)
    assert spoken.replace("\N{NO-BREAK SPACE}", " ") == said


def test_an_unknown_amount_is_called_unknown():
    assert spoken_amount(None, "USD") == "unknown"


def test_the_bridge_goes_from_the_storefront_to_the_erp_and_leaves_nothing_over(published):
    home, file = published
    pointer = current(home / "published")
    scope = Scope(currency="USD")
    totals = variance.totals(pointer, scope, narrowed=VarianceFilter())
    explained = sum(totals[f"{name}_component"] for name in COMPONENTS)
    assert totals["storefront_bridge_amount"] - explained == totals["erp_amount"]
    assert (
        explained
        == asked(
            file,
            "select sum(variance_amount) from marts.fct_refund_variance where currency = 'USD'",
        )[0][0]
    )
    steps = [step["step"] for step in bridge_steps(totals)]
    assert steps[0] == "Storefront"
    assert steps[-1] == "ERP"
    assert "Unexplained" not in steps


def test_what_no_component_explains_has_a_step_of_its_own():
    totals = {f"{name}_component": Decimal(0) for name in COMPONENTS}
    totals |= {"storefront_bridge_amount": Decimal(10), "erp_amount": Decimal(8)}
    assert [step["step"] for step in bridge_steps(totals)][-2] == "Unexplained"


def test_every_line_of_the_pages_of_cases_is_shown_once(published):
    pointer = current(published[0] / "published")
    scope, narrowed = Scope(currency="USD"), VarianceFilter()
    count = variance.case_count(pointer, scope, narrowed=narrowed, is_differing_only=False)
    found = variance.cases(pointer, scope, narrowed=narrowed, is_differing_only=False)
    rows = found.page(1)
    assert len(set(rows.column("case_key").to_pylist())) == count


def test_a_search_is_a_value_and_never_a_statement(published):
    pointer = current(published[0] / "published")
    assert cases.search(pointer, "x' or '1'='1") == []
    assert cases.search(pointer, "%") == []


@pytest.mark.parametrize(("number", "credited"), [(48, None), (40, Decimal(58))])
def test_documents_of_the_erp_show_amounts_in_the_cases_currency_only(published, number, credited):
    pointer = current(published[0] / "published")
    papers = cases.documents(pointer, f"us/return/gid://shopify/Return/{number}").to_pylist()
    amounts = {paper["document_type"]: paper["amount"] for paper in papers}
    assert amounts["credit_memo"] == credited
    assert amounts["refund"] in (45, 58)


@pytest.mark.parametrize(
    ("failed", "booked_anew", "sent"),
    [(None, None, 0), (0, None, None), (1, None, None), (1, 2, 2), (3, 2, None)],
)
def test_a_payment_that_failed_is_sent_when_it_is_booked_anew_or_on_no_known_day(
    publish_anew, failed, booked_anew, sent
):
    home, file = publish_anew()
    key = "us/return/gid://shopify/Return/1"
    booked = asked(file, f"select refunded_at from marts.fct_return_lifecycle where {KEY}")[0][0]
    days = {"refund_failed": failed, "refunded": booked_anew}
    with duckdb.connect(file) as connection:
        for event, day in days.items():
            if day is not None:
                connection.execute(
                    "insert into marts.fct_return_stage_events by name select ? as case_key,"
                    " 'us' as store, 'payout' as stage, ? as event, 'storefront' as system,"
                    " 'refund' as document_type, ?::timestamptz as occurred_at",
                    [key, event, booked + timedelta(days=day)],
                )
    found = cases.case(current(home / "published"), key)
    assert found["sent_at"] == (None if sent is None else booked + timedelta(days=sent))


def test_without_a_table_of_events_a_refund_was_sent_when_it_was_booked(publish_anew):
    home, _ = publish_anew(without=("fct_return_stage_events", "fct_sync_gates"))
    found = cases.case(current(home / "published"), "us/return/gid://shopify/Return/1")
    assert found["sent_at"] == found["refunded_at"]
    assert found["gate_decision"] is None


@pytest.mark.parametrize("without", [(), ("fct_reconciliation_breaks",)])
def test_what_went_to_a_gift_card_beside_a_card_is_not_awaited_from_the_bank(
    publish_anew, without
):
    home, file = publish_anew(without=without)
    key = "us/return/gid://shopify/Return/1"
    with duckdb.connect(file) as connection:
        connection.execute(
            "update marts.fct_refund_variance set settlement_variance_amount = -5"
            " where case_key = ?",
            [key],
        )

    found = cases.case(current(home / "published"), key)

    # Without the breaks nothing else tells what the bank was to settle.
    assert found["is_settled_otherwise"] is bool(without)


def test_what_the_processor_took_short_is_awaited(publish_anew):
    home, file = publish_anew()
    with duckdb.connect(file) as connection:
        connection.execute("update marts.fct_reconciliation_breaks set subject = 'settlement'")
        (key,) = connection.execute(
            "select case_key from marts.fct_reconciliation_breaks where case_key is not null"
        ).fetchone()

    assert cases.case(current(home / "published"), key)["is_settled_otherwise"]


def edition(**said):
    return Edition(**{"id": "p", "as_of": NOW, "published_at": NOW, "is_complete": True} | said)


def test_only_a_complete_and_recent_publication_is_trusted():
    day = timedelta(days=1)
    assert edition().trust(NOW + day, stale_after=day) is Trust.COMPLETE
    assert edition().trust(NOW + 2 * day, stale_after=day) is Trust.STALE
    late = edition(is_complete=False).trust(NOW + 2 * day, stale_after=day)
    assert late is Trust.INCOMPLETE


@pytest.mark.parametrize(
    "pointer", ["", "[]", '{"id": "a"}', json.dumps({"id": "a", "file": "../../gone.duckdb"})]
)
def test_a_pointer_that_leads_nowhere_is_refused_with_a_remedy(tmp_path, pointer):
    (tmp_path / "current.json").write_text(pointer)
    with pytest.raises(PublicationError, match="make run"):
        current(tmp_path)
