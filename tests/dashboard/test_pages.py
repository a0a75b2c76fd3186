"""What the pages say, against what the publication holds."""

import json
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import duckdb
import pytest

from dashboard.customers import customer_key
from dashboard.places import FROZEN, SHARED
from orchestration.ledger import Decisions, FoundBreak, Ledger, SignOff
from tests.dashboard.publications import HOSTILE, asked

PAGES = (
    *("close", "breaks", "variance", "stages", "exposure", "one_return"),
    *("diagnostics", "accruals", "gates", "health"),
)
NBSP = "\N{NO-BREAK SPACE}"


def change(file, *statements):
    with duckdb.connect(file) as connection:
        for statement in statements:
            connection.execute(statement)


def said(app):
    """Return every word on the page, but not what stands in tables."""
    kinds = (app.title, app.header, app.markdown, app.caption, app.text, app.info)
    kinds += (app.warning, app.error)
    return "\n".join(str(element.value) for kind in kinds for element in kind)


def metrics(app):
    return {metric.label: metric.value for metric in app.metric}


def table(app, key):
    return app.get_by_key(f"{key}_table").dataframe[0].value


@pytest.mark.parametrize("page", PAGES)
def test_every_page_opens_and_says_that_the_numbers_are_complete(opened, published, page):
    app = opened(published[0], page)
    assert not app.exception
    assert app.title[0].value.endswith("?")
    assert "Complete, as of" in said(app)
    # What a page asks of these goes with its reader to the others.
    asked_here = {choice.key for choice in app.selectbox} & {"store", "currency"}
    assert asked_here == set(SHARED["" if page == "close" else page]) - {FROZEN}


def test_the_counts_of_stages_are_those_of_the_mart(opened, published):
    home, file = published
    shown = metrics(opened(home, "stages"))
    expected = asked(
        file,
        """
        select count(*) filter (is_overdue), count(*) filter (is_falsely_complete),
            count(*) filter (current_stage = 'complete')
        from marts.fct_return_lifecycle
        """,
    )[0]
    numbers = (shown["Overdue"], shown["Falsely complete"], shown["Complete"])
    assert tuple(int(number) for number in numbers) == expected


def test_what_the_storefront_calls_complete_and_the_erp_does_not_is_listed(opened, published):
    home, file = published
    shown = table(opened(home, "stages"), "falsely_complete")
    expected = asked(
        file,
        """
        select case_name from marts.fct_return_lifecycle
        where is_falsely_complete order by days_in_stage desc
        """,
    )
    assert shown["Return"].tolist() == [name for (name,) in expected]
    assert set(shown["Credit memo"]) == {"Not started"}


def test_a_store_in_the_address_narrows_the_page(opened, published):
    app = opened(published[0], "stages", store="uk")
    assert set(table(app, "falsely_complete")["Store"]) == {"uk"}


def test_variance_shows_one_currency_with_its_own_decimals(opened, published):
    home, _ = published
    yen = metrics(opened(home, "variance", currency="JPY"))
    assert yen["Storefront (JPY)"] == "4,800"
    assert "Storefront (USD)" not in yen


def test_variance_shows_the_sums_of_the_mart(opened, published):
    home, file = published
    shown = metrics(opened(home, "variance", currency="USD"))
    net, gross, paid = asked(
        file,
        """
        select sum(variance_amount), sum(abs(variance_amount)), sum(paid_amount)
        from marts.fct_refund_variance where currency = 'USD'
        """,
    )[0]
    assert Decimal(shown["Net variance (USD)"].replace(",", "")) == net
    assert Decimal(shown["Gross variance (USD)"].replace(",", "")) == gross
    assert Decimal(shown["Bank, paid (USD)"].replace(",", "")) == paid


def test_a_case_without_a_common_currency_is_named_and_left_out_of_the_bridge(opened, published):
    words = said(opened(published[0], "variance", currency="USD"))
    assert "1 case without a common currency" in words
    assert f"USD{NBSP}45.00" in words


AGREE = "update marts.fct_refund_variance set variance_amount = 0 where variance_amount <> 0"
MISMATCH = "update marts.fct_refund_variance set variance_amount = null"
SOME_MISMATCH = f"{MISMATCH} where case_name = '#1001-R1'"


@pytest.mark.parametrize(
    ("changes", "point"),
    [
        ((MISMATCH,), "No case here can be compared"),
        ((AGREE, SOME_MISMATCH), "Of the cases that can be compared, none differs"),
        ((AGREE,), "Storefront and ERP agree exactly, case by case"),
    ],
)
def test_cases_without_a_common_currency_are_never_said_to_agree(
    opened, publish_anew, changes, point
):
    home, file = publish_anew()
    change(file, "delete from marts.fct_refund_variance where case_name = '#1048-R1'", *changes)
    app = opened(home, "variance", currency="USD")
    headlines = [element.value for element in app.header]
    assert headlines.count(point) == 2
    assert not [other for other in headlines if "agree" in other and other != point]


def test_differences_that_belong_to_no_line_are_not_said_to_be_none(opened, publish_anew):
    home, file = publish_anew()
    change(file, "update marts.fct_return_lines set erp_gross_amount = storefront_gross_amount")
    app = opened(home, "variance", currency="USD", by="SKU")
    headlines = [element.value for element in app.header]
    assert "The cases differ, but in none of their lines" in headlines


def test_a_sku_is_written_as_the_store_writes_it_and_never_read_as_markup(opened, publish_anew):
    home, file = publish_anew()
    change(file, "update marts.fct_return_lines set sku = 'mug_*blue*_$5' || '``' || '$'")
    app = opened(home, "variance", currency="USD", by="SKU")
    assert "``` mug_*blue*_$5``$ ```: USD" in said(app)
    assert set(table(app, "cut_sku")["SKU"]) == {"mug_*blue*_$5``$"}


def test_why_sending_was_halted_stands_in_the_persons_own_words(opened, publish_anew):
    home, _ = publish_anew()
    why = "Paid $50 and not $60: *ask* the _bank_"
    with Ledger(f"sqlite:///{home / 'ledger.sqlite'}") as ledger:
        ledger.halt("us/*", who="ann", reason=why, at=datetime(2026, 1, 1, tzinfo=UTC))
    app = opened(home, "gates")
    assert any(why in text.value for text in app.text)
    assert not any("$50" in box.value for box in app.error)


def test_a_cause_in_the_address_narrows_the_cases_to_it(opened, published):
    app = opened(published[0], "variance", currency="USD", cause="Shipping")
    assert set(table(app, "variance_cases")["Cause"]) == {"Shipping"}


def test_leaving_out_what_is_not_due_leaves_no_case_that_still_has_time(opened, published):
    app = opened(published[0], "variance", currency="USD", due="true")
    assert metrics(app)["Not late yet"] == "0"


def test_exposure_shows_units_and_money_open_now_the_oldest_first(opened, published):
    home, file = published
    app = opened(home, "exposure", currency="USD")
    units, money = asked(
        file,
        """
        select sum(open_quantity), sum(open_amount)
        from marts.fct_restock_exposure where currency = 'USD'
        """,
    )[0]
    assert metrics(app)["Units on sale now"] == str(units)
    assert metrics(app)["Money on sale now"] == f"USD{NBSP}{money:.2f}"
    first = table(app, "exposure_lines")["First exposed"].tolist()
    assert first == sorted(first)
    assert metrics(app)["First exposed, of what is open"] == "18 days ago"


def test_units_sold_meanwhile_are_said_to_count_once_for_every_line(opened, published):
    home, file = published
    app = opened(home, "exposure", currency="USD")
    sold = next(metric for metric in app.metric if metric.label.startswith("Units sold"))
    assert sold.label == "Units sold meanwhile, line by line"
    assert "once for every line of its SKU" in sold.help
    statement = "select sum(sold_quantity) from marts.fct_restock_exposure where currency = 'USD'"
    assert sold.value == str(asked(file, statement)[0][0])


def test_no_exposure_in_a_currency_is_said_in_words(opened, published):
    app = opened(published[0], "exposure", currency="JPY")
    assert "Nothing is on sale without a passed inspection" in said(app)


def test_gates_say_in_words_why_a_row_is_held(opened, published):
    app = opened(published[0], "gates", decision="Held")
    rows = table(app, "gates")
    assert set(rows["Decision"]) == {"Held"}
    assert "The credit memo is not posted in full; Not inspected yet" in set(
        rows["Why it is held"]
    )


@pytest.mark.parametrize(
    "text", ["#1031", "# 1031", "#1031-R1", "rma7031", "gid://shopify/Return/31"]
)
def test_a_return_is_found_by_any_of_its_numbers(opened, published, text):
    words = said(opened(published[0], "one_return", find=text))
    assert "We received your goods on" in words
    assert "but the return itself is still open" in words
    assert "Warehouse: inspect what was received" in words


def test_a_return_is_found_by_its_credit_memo(opened, published):
    words = said(opened(published[0], "one_return", find="CR-12"))
    assert "Your return is complete." in words


def test_the_timeline_is_in_order_and_names_system_and_document(opened, published):
    shown = table(opened(published[0], "one_return", find="#1005"), "timeline")
    assert shown["When"].is_monotonic_increasing
    assert {"Storefront", "ERP", "Payment processor"} == set(shown["System"])
    assert "Credit memo" in set(shown["Document"])


def test_a_number_nobody_has_is_said_in_words(opened, published):
    words = said(opened(published[0], "one_return", find="' or true --"))
    assert "Nothing has this number" in words


def test_a_part_of_a_number_offers_what_it_is_in_and_shows_none_of_it(opened, published):
    app = opened(published[0], "one_return", find="MA703")
    assert "Nothing has this number" in said(app)
    assert {name[:6] for name in table(app, "near")["RMA"]} == {"RMA703"}
    assert "Tell the customer" not in said(app)


def test_an_order_of_which_nothing_came_back_is_not_said_to_be_unknown(opened, publish_anew):
    home, file = publish_anew()
    change(
        file,
        """
        insert into marts.dim_orders by name
        select 'us' as store, 'new' as order_id, '#9001' as order_name
        """,
    )
    words = said(opened(home, "one_return", find="9001"))
    assert "nothing of it was returned or refunded" in words


def test_names_that_mean_harm_are_shown_as_plain_text(opened, published):
    app = opened(published[0], "one_return", find="us/return/gid://shopify/Return/49")
    assert any(HOSTILE in str(text.value) for text in app.text)
    assert all(HOSTILE not in str(element.value) for element in app.markdown)


def test_without_a_publication_the_page_says_what_to_run(opened, tmp_path):
    for page in PAGES:
        app = opened(tmp_path, page)
        assert not app.exception
        assert "Run `make run`" in said(app)
        assert not app.metric


def test_a_publication_that_cannot_be_opened_is_said_in_words(opened, publish_anew):
    home, file = publish_anew()
    file.write_bytes(b"this is no database")
    app = opened(home)
    assert not app.exception
    assert "cannot be opened" in said(app)


def test_a_stale_publication_is_never_called_complete(opened, publish_anew, fresh):
    home, _ = publish_anew(as_of=fresh - timedelta(hours=30))
    words = said(opened(home))
    assert "These numbers are stale" in words
    assert "Complete, as of" not in words
    assert metrics(opened(home, "health"))["Publication"] == "Stale"


def test_an_incomplete_publication_is_never_called_complete(opened, publish_anew):
    home, _ = publish_anew(is_complete=False, failing=("credits_tie_out",))
    words = said(opened(home, "variance"))
    assert "This publication is incomplete" in words
    assert "1 check failed" in words
    assert "Complete, as of" not in words
    health = opened(home, "health")
    assert metrics(health)["Publication"] == "Incomplete"
    assert table(health, "checks")["What must hold"].tolist()[0] == "Credits tie out"


def test_an_empty_publication_is_said_in_words(opened, publish_anew):
    home, _ = publish_anew(is_empty=True)
    for page in PAGES:
        assert not opened(home, page).exception
    assert "There are no returns in this publication" in said(opened(home, "stages"))
    assert "There are no refunds in this publication" in said(opened(home, "variance"))


@pytest.mark.parametrize(
    ("missing", "page", "address"),
    [
        ("fct_return_lifecycle", "stages", {}),
        ("fct_return_stage_events", "one_return", {"find": "#1031"}),
        ("fct_reconciliation_breaks", "one_return", {"find": "#1031"}),
        ("fct_tie_out", "close", {}),
        ("rpt_return_diagnostics", "diagnostics", {}),
        ("fct_refund_liability", "accruals", {}),
        ("ops.meanings", "health", {}),
        ("fct_reconciliation_breaks", "breaks", {}),
        ("fct_sync_actions", "gates", {}),
        ("ops.freshness", "health", {}),
    ],
)
def test_a_table_that_was_not_published_is_named(opened, publish_anew, missing, page, address):
    home, _ = publish_anew(without=(missing,))
    app = opened(home, page, **address)
    assert not app.exception
    assert f"does not hold {missing} yet" in said(app)


def test_a_new_publication_is_read_at_the_next_look(opened, publish_anew):
    home, _ = publish_anew(name="one")
    assert metrics(opened(home, "stages"))["Open"] != "0"
    publish_anew(name="two", is_empty=True)
    assert "There are no returns" in said(opened(home, "stages"))


def test_no_table_shows_the_name_of_a_column(opened, published):
    for page in PAGES:
        for frame in opened(published[0], page).dataframe:
            assert not [label for label in frame.value.columns if "_" in label]


def test_a_return_is_found_by_the_customers_email_and_the_address_does_not_hold_it(
    opened, publish_anew, monkeypatch
):
    home, file = publish_anew()
    key = customer_key("Ann@Example.com ", secret="s" * 32)
    with duckdb.connect(file) as connection:
        connection.execute(
            "update marts.fct_return_lifecycle set customer_key = ? where case_name = '#1031-R1'",
            [key],
        )
    monkeypatch.setenv("CUSTOMER_SECRET", "s" * 32)
    app = opened(home, "one_return")
    app.text_input(key="email").set_value("ann@example.com").run()
    assert "We received your goods on" in said(app)
    assert "email" not in app.query_params


def test_without_the_secret_the_page_says_what_to_set(opened, published):
    app = opened(published[0], "one_return")
    app.text_input(key="email").set_value("ann@example.com").run()
    assert "set CUSTOMER_SECRET" in said(app)


def test_a_number_and_an_email_together_show_nobody_until_one_is_cleared(opened, published):
    app = opened(published[0], "one_return", find="#1031")
    assert "We received your goods on" in said(app)
    app.text_input(key="email").set_value("ann@example.com").run()
    assert "Clear one of the two: the number or the e-mail." in said(app)
    assert "We received your goods on" not in said(app)
    app.text_input(key="email").set_value(" ").run()
    assert "We received your goods on" in said(app)


def test_what_is_no_email_address_is_said_to_be_none(opened, published):
    app = opened(published[0], "one_return")
    app.text_input(key="email").set_value("ann.example.com").run()
    assert "This is no e-mail address." in said(app)


PAID_OUT = "is confirmed and waits to be paid out"


def test_the_refund_that_is_promised_is_the_gates(opened, publish_anew):
    home, file = publish_anew()
    change(
        file,
        """
        update marts.fct_sync_gates set amount = 20
        where case_name = '#1029-R1' and action = 'issue_refund'
        """,
    )
    words = said(opened(home, "one_return", find="#1029"))
    assert f"Your refund of USD{NBSP}20.00 {PAID_OUT}" in words
    assert "Payments: pay the refund" in words


@pytest.mark.parametrize(
    "statement",
    [
        "update marts.fct_sync_gates set decision = 'held' where action = 'issue_refund'",
        "delete from marts.fct_sync_gates where action = 'issue_refund'",
        "drop table marts.fct_sync_gates",
    ],
)
def test_without_an_open_gate_no_refund_is_promised(opened, publish_anew, statement):
    home, file = publish_anew()
    change(file, statement)
    app = opened(home, "one_return", find="#1029")
    assert not app.exception
    assert "no amount can be promised yet" in said(app)
    assert "Finance: decide about the payment" in said(app)
    assert PAID_OUT not in said(app)


def test_the_timeline_shows_no_amount_of_the_erp_in_a_currency_that_is_not_its_own(
    opened, published
):
    rows = table(opened(published[0], "one_return", find="#1048"), "timeline")
    amounts = rows.set_index("What happened")["Amount"]
    assert amounts["Refund booked in the storefront"] == 45
    assert amounts[["Credit posted"]].isna().all()


def test_a_payment_that_was_tried_again_is_given_no_day_that_nobody_knows(
    opened, published, publish_anew
):
    assert payout(opened(published[0], "one_return", find="#1001")).delta
    home, file = publish_anew()
    change(
        file,
        """
        insert into marts.fct_return_stage_events by name
        select * replace ('refund_failed' as event) from marts.fct_return_stage_events
        where case_name = '#1001-R1' and event = 'refunded'
        """,
    )
    again = opened(home, "one_return", find="#1001")
    assert f"Your refund of USD{NBSP}24.50 was sent and settled with the bank on" in said(again)
    assert not payout(again).delta


def payout(app):
    return next(metric for metric in app.metric if metric.label == "Payout")


@pytest.fixture
def decide(monkeypatch):
    """Take a decision about the largest break of a publication, as somebody else."""

    def about(home, file, verb, **said):
        url = f"sqlite:///{home / 'ledger.sqlite'}"
        monkeypatch.setenv("LEDGER_URL", url)
        row = asked(
            file,
            """
            select break_key, case_name, break_type, amount, currency, 50.00
            from marts.fct_reconciliation_breaks
            where currency = 'USD' and owner_role <> 'none'
            order by amount desc, break_key limit 1
            """,
        )[0]
        with Decisions(url) as decisions:
            took = getattr(decisions, verb)
            took([FoundBreak(*row, "p")], who="bob", at=datetime.now(UTC), **said)
        return row

    return about


def test_what_is_snoozed_leaves_the_queue_and_is_counted_as_set_aside(
    opened, publish_anew, decide
):
    home, file = publish_anew()
    until = datetime.now(UTC) + timedelta(days=3)
    _, name, *_ = decide(home, file, "snooze", until=until, reason="On its way.")
    app = opened(home, "breaks", currency="USD")
    assert metrics(app)["Set aside"] == "1"
    assert name not in set(table(app, "breaks")["Return"])
    snoozed = table(opened(home, "breaks", currency="USD", status="Snoozed"), "breaks")
    assert snoozed["Next step, or what was said"].tolist() == ["On its way."]


def test_one_persons_acceptance_of_a_material_break_leaves_it_to_do(opened, publish_anew, decide):
    home, file = publish_anew()
    before = metrics(opened(home, "breaks", currency="USD"))["To do"]
    decide(home, file, "accept", reason="Goodwill.")
    app = opened(home, "breaks", currency="USD")
    assert metrics(app)["To do"] == before
    assert metrics(app)["Wait for a second person"] == "1"


def test_a_break_said_to_be_mended_is_open_again_when_a_later_publication_shows_it(
    opened, publish_anew, decide, fresh
):
    home, file = publish_anew(as_of=fresh - timedelta(minutes=30))
    decide(home, file, "resolve", reason="Credit posted.")
    assert metrics(opened(home, "breaks", currency="USD"))["Set aside"] == "1"
    publish_anew(name="later", as_of=datetime.now(UTC) + timedelta(seconds=1))
    assert metrics(opened(home, "breaks", currency="USD"))["Set aside"] == "0"

    # Whatever else is said of it, nobody said again that it is mended.
    decide(home, file, "note", text="Not mended after all; asked the integration.")
    assert metrics(opened(home, "breaks", currency="USD"))["Set aside"] == "0"


def test_of_a_return_with_several_breaks_the_largest_counts(opened, publish_anew):
    home, file = publish_anew()
    with duckdb.connect(file) as connection:
        connection.execute("""
            insert into marts.fct_reconciliation_breaks
            select * replace (break_key || '-unlinked' as break_key, 'unlinked' as break_type)
            from marts.fct_reconciliation_breaks
            where currency = 'USD' and owner_role <> 'none'
        """)
    [(breaks, summed, money)] = asked(
        file,
        """
        select sum(breaks), sum(summed), sum(largest) from (
            select count(*) as breaks, sum(amount) as summed, max(amount) as largest
            from marts.fct_reconciliation_breaks
            where currency = 'USD' and owner_role <> 'none'
            group by case_key
        )
        """,
    )
    shown = metrics(opened(home, "breaks", currency="USD"))

    assert summed > money
    assert shown["To do"] == f"{breaks:,}"
    assert shown["Money in them"].replace(NBSP, " ") == f"USD {money:,.2f}"


def test_an_earlier_publication_that_was_incomplete_still_says_so(opened, publish_anew):
    home, _ = publish_anew(name="one", is_complete=False)
    publish_anew(name="two")

    assert "It was incomplete." in said(opened(home, "stages", publication="one"))


def test_a_publication_of_before_is_shown_as_it_was_kept(opened, publish_anew):
    home, _ = publish_anew(name="one")
    publish_anew(name="two", is_empty=True)
    app = opened(home, "stages", publication="one")
    assert "An earlier publication, as it was kept" in said(app)
    assert metrics(app)["Open"] != "0"
    assert "is not kept" in said(opened(home, "stages", publication="three"))


@pytest.fixture
def closed_on(publish_anew):
    """Close a month on an earlier publication, which showed these facts."""
    home, file = publish_anew()
    change(
        file,
        """
        insert into marts.fct_tie_out
        select * replace ('2026-01' as period) from marts.fct_tie_out
        """,
    )

    def close(**facts):
        with Decisions(f"sqlite:///{home / 'ledger.sqlite'}") as decisions:
            decisions.sign_off(
                SignOff(
                    period="2026-01",
                    store="all",
                    publication_id="an-earlier-one",
                    publication_sha256="0" * 64,
                    who="ann",
                    at=datetime(2026, 1, 1, tzinfo=UTC),
                    note="Accrued.",
                    facts=json.dumps(facts),
                )
            )

    return home, close


def test_a_closed_month_says_what_newer_numbers_make_of_it(opened, closed_on):
    home, close = closed_on
    ties = metrics(opened(home))["Controls that tie"]
    breaks = [{"currency": "USD", "breaks": 1, "amount": "12.500"}]
    close(tied=9, controls=9, breaks_carried=breaks)
    words = said(opened(home)).replace(NBSP, " ")
    assert "was closed for every store by ann" in words
    assert "closed with 9 of 9 controls tied and 1 break to do over USD 12.50." in words
    assert f"These numbers have {ties} controls tied and " in words


def test_a_closed_month_is_not_said_to_be_one_that_can_be_closed(opened, closed_on):
    home, close = closed_on
    (before,) = opened(home).success
    close(tied=9, controls=9, breaks_carried=[])
    (after,) = opened(home).success

    assert "Tied: January 2026 can be closed." in before.value
    assert "Tied: January 2026 is closed." in after.value
