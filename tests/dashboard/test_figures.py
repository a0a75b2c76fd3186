"""Figures that stand in a headline and in a table below it, or on two pages, and say the same."""

from decimal import Decimal

import pytest

from dashboard.marts import exposure
from dashboard.marts.source import Scope
from dashboard.publication import current
from tests.dashboard.publications import asked
from tests.dashboard.test_pages import NBSP, change, metrics, said, table

EARLY = "root_cause in ('not_due', 'awaiting_credit_memo', 'awaiting_refund')"
TO_DO = "owner_role <> 'none' and currency = 'USD'"


def headlines(app):
    return [element.value.replace(NBSP, " ") for element in app.header]


def test_what_is_not_late_yet_is_taken_out_of_the_difference_and_not_off_its_figure(
    opened, published
):
    home, file = published
    [(net, late)] = asked(
        file,
        f"""
        select sum(variance_amount), sum(variance_amount) filter (not {EARLY})
        from marts.fct_refund_variance where currency = 'USD'
        """,
    )
    assert net > late > 0
    assert (
        f"The ERP is USD {net:,.2f} below the storefront;"
        f" without what is not late yet, USD {late:,.2f} below it"
    ) in headlines(opened(home, "variance", currency="USD"))


def test_a_difference_that_is_early_alone_leaves_none(opened, publish_anew):
    home, file = publish_anew()
    change(file, f"delete from marts.fct_refund_variance where not ({EARLY})")
    headline = headlines(opened(home, "variance", currency="USD"))[0]
    assert headline.endswith("without what is not late yet, in total equal to it")


@pytest.fixture
def twice(publish_anew):
    """Publish every break to do once more, as another kind: of the same case, the same money."""
    home, file = publish_anew()
    change(
        file,
        """
        insert into marts.fct_reconciliation_breaks
        select * replace (break_key || '-unlinked' as break_key, 'unlinked' as break_type)
        from marts.fct_reconciliation_breaks where owner_role <> 'none' and amount > 0
        """,
        "update marts.fct_tie_out set period = '2031-01'",
    )
    return home, file


@pytest.mark.parametrize("page", ["breaks", "close"])
def test_a_table_in_which_money_stands_twice_says_how_much_there_is(opened, twice, page):
    home, file = twice
    [(summed, once)] = asked(
        file,
        f"""
        select sum(summed), sum(largest) from (
            select sum(amount) as summed, max(amount) as largest
            from marts.fct_reconciliation_breaks where {TO_DO} group by case_key
        )
        """,
    )
    app = opened(home, page, currency="USD")
    assert metrics(app)["Money in them"] == f"USD{NBSP}{once:,.2f}"
    assert f"USD{NBSP}{summed:,.2f} in all, USD{NBSP}{once:,.2f} counted once" in said(app)


def test_the_headline_of_what_is_old_is_a_part_of_the_money_in_the_breaks(opened, twice):
    home, file = twice
    change(
        file, f"update marts.fct_reconciliation_breaks set age_bucket = 'over 90' where {TO_DO}"
    )
    app = opened(home, "close", currency="USD")
    money = metrics(app)["Money in them"].replace(NBSP, " ")
    assert (
        f"{money} of the {money} in breaks to do has been due for more than 90 days"
        in headlines(app)
    )


def test_a_month_in_which_nothing_was_put_on_sale_too_early_stands_with_nothing(publish_anew):
    home, file = publish_anew()
    change(
        file,
        """
        update marts.fct_restock_exposure
        set first_exposed_at = first_exposed_at - interval 4 month where case_name = '#1031-R1'
        """,
    )
    found = exposure.months(current(home / "published"), Scope(None, "USD")).to_pylist()
    assert [row["lines"] for row in found][-4:-1].count(0) >= 2
    assert sum(row["lines"] for row in found) == 3
    [(money,)] = asked(
        file, "select sum(peak_amount) from marts.fct_restock_exposure where currency = 'USD'"
    )
    assert sum(row["peak_amount"] for row in found) == money


LIABILITY = """
    insert into marts.fct_refund_liability by name
    select case_key, case_name, store, currency, current_stage, true as is_open,
        requested_at - interval 5 month as opened_at, 30 as opened_amount,
        0 as credited_amount, 0 as difference_amount, 30 as liability_amount
    from marts.fct_return_lifecycle where case_name = '#1022-R1'
"""


def test_a_month_in_which_the_liability_did_not_move_stands_in_its_roll_forward(
    opened, publish_anew
):
    home, file = publish_anew()
    change(file, LIABILITY)
    app = opened(home, "accruals", currency="USD")
    rolled = table(app, "roll_forward")
    assert len(rolled) >= 5
    assert rolled["Closing"].tolist() == [Decimal(30)] * len(rolled)
    assert rolled["Opening"].tolist()[:-1] == [Decimal(30)] * (len(rolled) - 1)
    assert "The liability stands at USD 30.00, as a month before" in headlines(app)


def test_the_entry_of_a_month_that_is_not_over_is_said_to_be_of_so_far(
    opened, publish_anew, fresh
):
    home, file = publish_anew()
    change(file, LIABILITY)
    running = f"{fresh:%B %Y}"
    app = opened(home, "accruals", currency="USD", period=running)
    assert f"{running} is not over yet" in said(app)
    assert "is not over yet" not in said(opened(home, "accruals", currency="USD"))


def test_a_refund_that_the_bank_refused_is_at_stake_with_what_was_not_paid(opened, publish_anew):
    home, file = publish_anew()
    change(
        file,
        """
        update marts.fct_refund_variance set paid_amount = 0, payout_variance_amount = -24.50
        where case_name = '#1001-R1'
        """,
    )
    rows = table(opened(home, "diagnostics", currency="USD"), "behind").set_index("Return")
    assert rows.loc["#1001-R1", "Money at stake"] == Decimal("24.50")
    assert rows.loc["#1001-R1", "Bank, paid"] == 0
