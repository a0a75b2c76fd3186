"""What the page of one return shows beside its sentence, and what is said where there is none."""

import pytest

from tests.dashboard.publications import asked
from tests.dashboard.test_pages import change, metrics, said, table


def test_the_returns_that_wait_longest_stand_first_with_their_days(opened, published):
    days = table(opened(published[0], "one_return"), "waiting")["Days there"].tolist()
    assert len(days) == 10
    assert days == sorted(days, reverse=True)


def test_the_units_of_every_line_are_shown_as_far_as_they_have_come(opened, published):
    home, file = published
    shown = table(opened(home, "one_return", find="#1031"), "units")
    expected = asked(
        file,
        """
        select sku, requested_quantity, refunded_quantity
        from marts.fct_return_lines where case_key like '%/Return/31' order by sku
        """,
    )
    columns = ["SKU", "Asked for", "Refunded"]
    assert [tuple(row) for row in shown[columns].values.tolist()] == expected


@pytest.mark.parametrize(
    ("number", "reference", "settled"),
    [("#1022", "None: nothing was paid", "Nothing paid"), ("#1001", "742110010031", "USD")],
)
def test_a_reference_that_cannot_be_there_yet_is_not_blamed_on_the_bank(
    opened, published, number, reference, settled
):
    app = opened(published[0], "one_return", find=number)
    assert reference in said(app)
    assert metrics(app)["Customer's bank, settled"].startswith(settled)


def test_what_no_processor_reports_is_said_not_to_be_tracked(opened, publish_anew):
    home, file = publish_anew()
    change(file, "update marts.fct_refund_variance set settled_amount = null")
    app = opened(home, "one_return", find="#1001")
    assert metrics(app)["Customer's bank, settled"] == "Not tracked"


def test_of_one_instant_a_refund_is_booked_before_it_fails(opened, publish_anew):
    home, file = publish_anew()
    change(
        file,
        """
        insert into marts.fct_return_stage_events by name
        select * replace ('refund_failed' as event) from marts.fct_return_stage_events
        where case_name = '#1001-R1' and event = 'refunded'
        """,
    )
    told = table(opened(home, "one_return", find="#1001"), "timeline")["What happened"].tolist()
    assert told.index("Refund booked in the storefront") < told.index("Refund failed")


@pytest.mark.parametrize(
    ("page", "words"),
    [("one_return", "No return waits for anything."), ("gates", "No return has an action.")],
)
def test_where_nothing_waits_no_empty_table_stands(opened, publish_anew, page, words):
    home, _ = publish_anew(is_empty=True)
    app = opened(home, page)
    assert words in said(app)
    assert not app.dataframe


@pytest.mark.parametrize(
    ("page", "address", "label"),
    [
        ("stages", {"store": "gone"}, "Store"),
        ("breaks", {"currency": "CHF"}, "Currency"),
        ("breaks", {"cause": "Tax of yesterday"}, "Kind of break"),
        ("variance", {"cause": "Tax of yesterday"}, "Cause"),
        ("gates", {"decision": "Maybe"}, "Decision"),
        ("close", {"period": "January 2031"}, "Period"),
    ],
)
def test_a_link_that_asks_for_what_is_not_here_shows_the_rest_and_says_so(
    opened, publish_anew, page, address, label
):
    home, file = publish_anew()
    change(file, "update marts.fct_tie_out set period = '2026-01'")
    app = opened(home, page, **address)
    [asked_for] = address.values()
    assert f"{label}: the link asks for `{asked_for}`" in said(app)
    assert "the link asks for" not in said(app.run())


def test_a_link_to_what_is_here_is_followed_without_a_word(opened, published):
    app = opened(published[0], "breaks", currency="GBP", cause="On sale before inspection")
    assert "the link asks for" not in said(app)
    assert set(table(app, "breaks")["Kind of break"]) == {"On sale before inspection"}


def test_why_a_payment_is_held_stands_beside_who_decides_about_it(opened, publish_anew):
    home, file = publish_anew()
    change(
        file,
        """
        update marts.fct_sync_gates set decision = 'held', hold_reasons = ['paid_by_erp']
        where case_name = '#1029-R1' and action = 'issue_refund'
        """,
    )
    assert "The ERP paid it by cash refund" in said(opened(home, "one_return", find="#1029"))
    # Before its turn a payment is held by what has not happened yet, which the stages say.
    waiting = said(opened(home, "one_return", find="#1022"))
    assert "The credit memo is not posted in full" not in waiting


BREAK = """
    insert into marts.fct_reconciliation_breaks by name
    select * replace (
        break_key || '{0}' as break_key, '{0}' as break_type, 'none' as owner_role,
        'Nothing to do.' as next_step
    )
    from marts.fct_reconciliation_breaks where case_key like '%/Return/31'
"""


def test_who_is_next_is_who_owns_what_is_wrong_where_the_credit_is_late(opened, publish_anew):
    home, file = publish_anew()
    [(case,)] = asked(
        file,
        """
        select any_value(case_name) from marts.fct_return_lifecycle
        where current_stage = 'awaiting_posting'
        """,
    )
    change(
        file,
        f"""
        insert into marts.fct_reconciliation_breaks by name
        select * replace (
            'late' as break_key, 'paid_no_erp' as break_type, 'money' as subject,
            'integration' as owner_role, 'Post the credit memo.' as next_step,
            (select case_key from marts.fct_return_lifecycle where case_name = '{case}')
                as case_key
        )
        from marts.fct_reconciliation_breaks limit 1
        """,
    )
    told = said(opened(home, "one_return", find=case))
    assert "Integration team: post the credit memo" in told
    assert "Finance: post" not in told


def test_what_explains_itself_is_given_to_nobody_and_what_is_early_is_no_problem(
    opened, publish_anew
):
    home, file = publish_anew()
    change(file, BREAK.format("rounding"), BREAK.format("not_due"))
    captions = [caption.value for caption in opened(home, "one_return", find="#1031").caption]
    assert "Rounding" in captions
    assert not [told for told in captions if "Not due" in told or "Nobody" in told]


def test_noughts_of_a_store_in_a_currency_that_it_does_not_have_are_no_good_news(
    opened, published
):
    home, _ = published
    told = "Store uk has no return in USD: choose GBP."
    assert told in said(opened(home, "variance", store="uk", currency="USD"))
    assert "has no return in" not in said(opened(home, "variance", store="uk", currency="GBP"))
    assert "has no return in" not in said(opened(home, "variance", currency="USD"))
