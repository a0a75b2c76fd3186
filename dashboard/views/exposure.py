"""What is on sale that has not passed inspection?"""

from datetime import UTC, datetime
from typing import Any

import streamlit as st

from dashboard import charts, links, tables
from dashboard.choosing import filters
from dashboard.downloads import Whole
from dashboard.frame import counted, nothing, page, scope, spoken_age
from dashboard.marts import exposure, source
from dashboard.marts.source import Scope
from dashboard.money import spoken_amount
from dashboard.publication import Pointer
from dashboard.tables import Column, Kind
from dashboard.zone import spoken_month

LINES = (
    Column("case_name", "Return"),
    Column("store", "Store"),
    Column("sku", "SKU"),
    Column("location", "Location"),
    Column("open_quantity", "Units now", Kind.COUNT),
    Column("open_amount", "Money now", Kind.MONEY, help="At the line's net price, without tax."),
    Column("failed_quantity", "Known bad", Kind.COUNT, help="On sale, and failed inspection."),
    Column("first_exposed_at", "First exposed", Kind.INSTANT),
    Column("sold_quantity", "Sold", Kind.COUNT, help="Units of the SKU in orders meanwhile."),
    Column("at_risk_quantity", "At risk", Kind.COUNT, help="Of these at most what was exposed."),
    Column("unit_hours", "Unit-hours", Kind.NUMBER, help="Units times hours on sale, not passed."),
)
CLEARED = (
    Column("last_cleared_at", "Until", Kind.INSTANT),
    Column("peak_quantity", "Peak units", Kind.COUNT),
    Column("peak_amount", "Peak money", Kind.MONEY),
)


def now(found: dict[str, Any], currency: str, as_of: datetime) -> None:
    """Show what is exposed now."""
    units, money, first, bad = st.columns(4)
    units.metric("Units on sale now", f"{found['open_quantity']:,}", border=True)
    money.metric(
        "Money on sale now",
        spoken_amount(found["open_amount"], currency),
        border=True,
        help="At the lines' net prices, without tax.",
    )
    exposed = found["open_first_exposed_at"]
    first.metric(
        "First exposed, of what is open",
        f"{spoken_age(as_of - exposed)} ago" if exposed else "None",
        border=True,
        help="The first time ever; it may have been cleared in between.",
    )
    bad.metric(
        "Known bad, on sale",
        f"{found['failed_quantity']:,}",
        border=True,
        help="Units that failed inspection and are still on sale.",
    )


def so_far(found: dict[str, Any]) -> None:
    """Show what has come of exposure, open or not."""
    st.header("What has come of it so far, open or cleared", anchor=False)
    lines, sold, risk, hours = st.columns(4)
    lines.metric("Lines ever exposed", f"{found['lines']:,}", border=True)
    sold.metric(
        "Units sold meanwhile, line by line",
        f"{found['sold_quantity']:,}",
        border=True,
        help="Units of the same SKUs in orders placed while they were exposed. A unit sold counts"
        " once for every line of its SKU exposed then.",
    )
    risk.metric(
        "At risk",
        f"{found['at_risk_quantity']:,}",
        border=True,
        help="Of the units sold, at most as many as were exposed: they may not have passed.",
    )
    hours.metric(
        "Unit-hours",
        f"{found['unit_hours']:,.1f}",
        border=True,
        help="Units times the hours they were on sale without having passed.",
    )


def places(pointer: Pointer, narrowed: Scope, currency: str, found: dict[str, Any]) -> None:
    """Show where the money is."""
    rows = [
        {"place": f"{row['sku']} at {row['location'] or 'unknown place'}", **row}
        for row in exposure.places(pointer, narrowed).to_pylist()
    ]
    st.header(
        f"{spoken_amount(found['open_amount'], currency)} is on sale that has not passed"
        f" inspection, from {counted(found['open_cases'], 'return')}",
        anchor=False,
    )
    st.altair_chart(
        charts.money_bars(
            rows, label="place", amount="open_amount", currency=currency, colour=charts.VERMILION
        ),
        alt=charts.in_words(
            f"Money on sale that has not passed inspection by SKU and location, {currency}",
            rows,
            label="place",
            figure="open_amount",
            shape=charts.money_shape(currency),
        ),
    )


def trend(pointer: Pointer, narrowed: Scope, currency: str) -> None:
    """Show whether it happens more or less often."""
    found = list(reversed(exposure.months(pointer, narrowed).to_pylist()))
    last = next(month for month in reversed(found) if month["lines"])
    st.header(
        f"{spoken_amount(last['peak_amount'], currency)} was put on sale too early in"
        f" {spoken_month(last['month'])}, in {counted(last['lines'], 'line')}",
        anchor=False,
    )
    st.caption(f"Money put on sale before it passed inspection, by the month it began, {currency}")
    st.altair_chart(
        charts.money_columns(found, label="month", amount="peak_amount", currency=currency),
        alt=charts.in_words(
            f"Money put on sale before it passed inspection by month, {currency}",
            found,
            label="month",
            figure="peak_amount",
            shape=charts.money_shape(currency),
        ),
    )


def listed(pointer: Pointer, narrowed: Scope, currency: str) -> None:
    """List the lines, what is open first, the oldest on top."""
    st.header("The lines, oldest first", anchor=False)
    is_open_only = st.toggle("Only what is open now", value=True, key="open", bind="query-params")
    count = exposure.line_count(pointer, narrowed, is_open_only=is_open_only)
    if not count:
        nothing("Nothing is on sale without a passed inspection in this currency.")
        return
    number = tables.page_of(count, key="exposure_page", noun="Lines")
    lines = exposure.lines(pointer, narrowed, is_open_only=is_open_only)
    rows = lines.page(number)
    selected = tables.show(
        rows,
        LINES if is_open_only else LINES + CLEARED,
        key="exposure_lines",
        title="Exposed lines, oldest first",
        currency=currency,
        is_selectable=True,
        whole=Whole(lines.whole, count),
    )
    if selected is not None:
        links.open_return(rows.column("case_key")[selected].as_py())


with page("What is on sale that has not passed inspection?") as pointer:
    with filters():
        narrowed = scope(pointer, has_money=True)
    if narrowed.currency is None:
        nothing("There are no returns in this publication.")
    else:
        found = exposure.headline(pointer, narrowed)
        as_of = source.edition(pointer).as_of.astimezone(UTC)
        now(found, narrowed.currency, as_of)
        if found["open_quantity"]:
            places(pointer, narrowed, narrowed.currency, found)
        listed(pointer, narrowed, narrowed.currency)
        if found["lines"]:
            so_far(found)
            trend(pointer, narrowed, narrowed.currency)
