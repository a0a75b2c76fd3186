"""What do we owe for returns, and what is coming back?"""

from datetime import UTC, date
from decimal import Decimal
from typing import Any

import streamlit as st

from dashboard import charts, entries, links, tables
from dashboard.choosing import filters
from dashboard.downloads import Whole
from dashboard.frame import counted, nothing, page, part, scope
from dashboard.marts import accruals, source
from dashboard.marts.close import Period
from dashboard.marts.source import Scope
from dashboard.money import spoken_amount
from dashboard.publication import Pointer
from dashboard.tables import Column, Kind
from dashboard.words import STAGES
from dashboard.zone import spoken_month

ROLL = (
    Column("period", "Month"),
    Column("opening_amount", "Opening", Kind.BALANCE),
    Column("opened_amount", "Returns opened", Kind.MONEY, help="At a precise reversal."),
    Column(
        "difference_amount",
        "Credited beyond that",
        Kind.MONEY,
        help="What the credits were above, or below, a precise reversal.",
    ),
    Column("credited_amount", "Credited in the ERP", Kind.MONEY),
    Column("closing_amount", "Closing", Kind.BALANCE),
)
ENTRY = (
    Column("entry", "Entry"),
    Column("dated_on", "Date"),
    Column("reversed_on", "Reversed on"),
    Column("store", "Store"),
    Column("currency", "Currency"),
    Column("account", "Account", width=210),
    Column("debit", "Debit", Kind.MONEY),
    Column("credit", "Credit", Kind.MONEY),
    Column("memo", "Memo", width=330),
)
ESTIMATE = (
    Column("period", "Month of sale"),
    Column("store", "Store"),
    Column("sales_amount", "Net sales", Kind.MONEY),
    Column("expected_rate", "Expected back", Kind.SHARE, help="Of the seed."),
    Column("opened_amount", "Asked back so far", Kind.MONEY),
    Column("estimated_amount", "Estimate: still to come", Kind.MONEY),
)
OPEN = (
    Column("case_name", "Return"),
    Column("store", "Store"),
    Column("current_stage", "Where it is", Kind.WORD, words=STAGES),
    Column("opened_at", "Opened", Kind.INSTANT),
    Column("liability_amount", "Owed", Kind.MONEY),
    Column("remaining_quantity", "Units not credited", Kind.COUNT),
    Column("awaited_quantity", "Not received", Kind.COUNT),
    Column("asset_amount", "Asset", Kind.MONEY, help="Units not received, at cost x pass rate."),
    Column(
        "received_asset_amount",
        "In stock already",
        Kind.MONEY,
        help="Units received: the ERP's item receipt has put them into stock, so they are no"
        " part of the asset.",
    ),
)


def figures(found: dict[str, Any], currency: str) -> None:
    """Show what is owed and what is coming back, as of the publication."""
    owed, returns, asset, units, rate = st.columns(5)
    owed.metric(
        "Refund liability",
        spoken_amount(found["liability_amount"], currency),
        border=True,
        help="What the ERP has still to credit for returns that are open.",
    )
    returns.metric(
        "Returns owed for",
        f"{found['returns']:,}",
        border=True,
        help="Opened, and not yet credited in full.",
    )
    asset.metric(
        "Right-of-return asset",
        spoken_amount(found["asset_amount"], currency),
        border=True,
        help="Their units on the way back, at the ERP's item cost times the pass rate.",
    )
    units.metric("Units on the way back", f"{found['awaited_quantity']:,}", border=True)
    rate.metric(
        "Pass rate",
        _rates(found["lowest_pass_rate"], found["highest_pass_rate"]),
        border=True,
        help="Of the units a store has inspected so far, the share that passed.",
    )
    if found["uncosted_quantity"]:
        st.warning(
            f"{counted(found['uncosted_quantity'], 'unit')} on the way back"
            f" {'has' if found['uncosted_quantity'] == 1 else 'have'} no cost in the ERP and"
            " count as nothing in the asset.",
            icon=":material/help:",
        )


def roll_forward(pointer: Pointer, narrowed: Scope, currency: str) -> list[dict[str, Any]]:
    """Show how the liability came to be, month by month."""
    rows = accruals.roll_forward(pointer, narrowed)
    found: list[dict[str, Any]] = rows.to_pylist()
    if not found:
        nothing("No return was ever opened in this currency.")
        return found
    st.header(_point(found, currency), anchor=False)
    st.caption(f"Refund liability at the end of each month, of the last one so far, {currency}")
    st.altair_chart(
        charts.money_columns(
            list(reversed(found[:24])), label="period", amount="closing_amount", currency=currency
        ),
        alt=charts.in_words(
            f"Refund liability at the end of each month, {currency}",
            list(reversed(found[:24])),
            label="period",
            figure="closing_amount",
            shape=charts.money_shape(currency),
        ),
    )
    tables.show(rows, ROLL, key="roll_forward", title="Roll-forward", currency=currency)
    return found


def entry(pointer: Pointer, narrowed: Scope, first: str, currency: str) -> None:
    """Propose the entry of one month as a file: of the last that is over, unless asked."""
    st.header("The entry this proposes", anchor=False)
    months = entries.months_since(first, source.edition(pointer).as_of)
    chosen = st.selectbox(
        "At the end of",
        months,
        index=min(1, len(months) - 1),
        format_func=spoken_month,
        key="period",
        bind="query-params",
        width=220,
    )
    period = _period(str(chosen or months[0]))
    found = accruals.entries(pointer, narrowed, ended_on=str(period.ended_on)).to_pylist()
    month = spoken_month(period.name)
    is_over = source.edition(pointer).as_of.astimezone(UTC).date() >= period.ended_on
    if not found:
        nothing(f"Nothing {'was owed at the end of' if is_over else 'is owed so far in'} {month}.")
        return
    if not is_over:
        st.caption(f"{month} is not over yet: these are its lines so far.")
    st.caption(
        "A proposal to download and to import: nothing is posted from here. It is dated the last"
        " day of the month and reversed on the next; liability and asset are not netted."
    )
    tables.show(
        entries.proposed(found, period),
        ENTRY,
        key=f"accrual-{period.name}",
        title=f"Accrual of returns at the end of {month}",
        currency=currency,
    )


def estimate(pointer: Pointer, narrowed: Scope, currency: str) -> None:
    """Show what is expected on sales not yet returned, which is an estimate and no fact."""
    rows = accruals.estimates(pointer, narrowed)
    total = sum(rows.column("estimated_amount").to_pylist(), Decimal(0))
    if not rows.num_rows:
        st.header("No estimate of returns still to come", anchor=False)
        nothing(
            "All above rests on returns that were opened. To see an estimate beside it, write"
            " expected rates by store and month into dbt_project/seeds/expected_return_rates.csv;"
            " the next run reads them."
        )
        return
    st.header(f"Estimate: {spoken_amount(total, currency)} of returns still to come", anchor=False)
    st.caption(
        "Net sales of the month times the expected rate of the seed, less what was asked back so"
        " far; without tax. An estimate, and no part of the figures and the entry above."
    )
    tables.show(
        rows,
        ESTIMATE,
        key="estimate",
        title="Estimate of returns still to come",
        currency=currency,
    )


def listed(pointer: Pointer, narrowed: Scope, count: int) -> None:
    """List the returns that something is owed for."""
    st.header(f"{counted(count, 'return')} something is owed for", anchor=False)
    if not count:
        nothing("Every return in this currency has been credited in the ERP.")
        return
    number = tables.page_of(count, key="owed_page", noun="Returns")
    returns = accruals.open_returns(pointer, narrowed)
    rows = returns.page(number)
    selected = tables.show(
        rows,
        OPEN,
        key="owed",
        title="Returns opened and not yet credited",
        currency=narrowed.currency,
        is_selectable=True,
        whole=Whole(returns.whole, count),
    )
    if selected is not None:
        links.open_return(rows.column("case_key")[selected].as_py())


def _point(found: list[dict[str, Any]], currency: str) -> str:
    closing = Decimal(found[0]["closing_amount"])
    if len(found) == 1:
        return f"{spoken_amount(closing, currency)} is owed"
    change = closing - Decimal(found[0]["opening_amount"])
    moved = "rose" if change > 0 else "fell"
    if not change:
        return f"The liability stands at {spoken_amount(closing, currency)}, as a month before"
    return (
        f"The liability {moved} by {spoken_amount(abs(change), currency)} in"
        f" {spoken_month(found[0]['period'])}, to {spoken_amount(closing, currency)}"
    )


def _rates(lowest: object, highest: object) -> str:
    if lowest is None:
        return "Unknown"
    shares = [f"{Decimal(str(rate)):.1%}" for rate in (lowest, highest)]
    return shares[0] if shares[0] == shares[1] else " to ".join(shares)


def _period(name: str) -> Period:
    year, month = (int(part) for part in name.split("-"))
    return Period(name, date(year + month // 12, month % 12 + 1, 1))


with page("What do we owe for returns, and what is coming back?") as pointer:
    with filters():
        narrowed = scope(pointer, has_money=True)
    if narrowed.currency is None:
        nothing("There are no returns in this publication.")
    else:
        found = accruals.headline(pointer, narrowed)
        figures(found, narrowed.currency)
        months = [row["period"] for row in roll_forward(pointer, narrowed, narrowed.currency)]
        if months:
            entry(pointer, narrowed, min(months), narrowed.currency)
        listed(pointer, narrowed, int(str(found["returns"])))
        with part():
            estimate(pointer, narrowed, narrowed.currency)
