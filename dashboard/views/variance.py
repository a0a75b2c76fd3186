"""Do refunds match in the storefront, the customer's bank and the ERP?"""

from typing import Any

import streamlit as st

from dashboard import bridges, charts, drilling, tables
from dashboard.choosing import filters, one_of
from dashboard.differences import no_part, point
from dashboard.downloads import Whole
from dashboard.drilling import figure
from dashboard.frame import counted, nothing, page, part, scope
from dashboard.marts import variance
from dashboard.marts.source import Scope
from dashboard.marts.variance import VarianceFilter
from dashboard.money import spoken_amount
from dashboard.publication import Pointer
from dashboard.tables import Column, Kind
from dashboard.words import AGES, CAUSES, spoken, verbatim

BARS = 12
NOTES = {"cutoff": "Two periods", "applied_elsewhere": "Credit on another invoice"}
SIDES = (
    ("Storefront", "storefront_amount", "What the storefront calculated, fees taken off."),
    ("Bank, paid", "paid_amount", "Refund payments that succeeded."),
    ("Bank, settled", "settled_amount", "What the processor has taken so far."),
    ("ERP", "erp_amount", "Credit memos and cash refunds."),
    (
        "Precise reversal",
        "expected_amount",
        "What the sale says the units credited by the ERP are worth.",
    ),
)
CUT_BY = {
    "root_cause": "Cause",
    "age": "Days since due",
    "month": "Month",
    "store": "Store",
    "channel": "Channel",
    "promotion": "Promotion",
    "sku": "SKU",
}
# Named by the stores themselves, not by a code of ours.
THEIR_OWN = ("store", "sku")
PARTS = {
    "root_cause": CAUSES,
    "age": AGES,
    "channel": {"d2c": "Consumers", "b2b": "Companies"},
    "promotion": {"promotional": "With a discount", "regular": "Without"},
}
CASES = (
    Column("case_name", "Return"),
    Column("store", "Store", width=90),
    Column("root_cause", "Cause", Kind.WORD, words=CAUSES, width=190),
    Column("variance_amount", "Difference", Kind.MONEY, help="Storefront less ERP."),
    Column("storefront_amount", "Storefront", Kind.MONEY),
    Column("paid_amount", "Bank, paid", Kind.MONEY),
    Column("settled_amount", "Bank, settled", Kind.MONEY),
    Column("erp_amount", "ERP", Kind.MONEY),
    Column("expected_amount", "Reversal", Kind.MONEY, help="A precise one."),
    Column("age_days", "Days due", Kind.DAYS, help="Whole days since it was due."),
    Column("notes", "Notes", Kind.WORD, words=NOTES),
)
MONEY = (
    Column("cases", "Cases", Kind.COUNT),
    Column("storefront_amount", "Storefront", Kind.MONEY),
    Column("erp_amount", "ERP", Kind.MONEY),
    Column("net_amount", "Net", Kind.MONEY, help="Storefront less ERP."),
    Column("gross_amount", "Gross", Kind.MONEY, help="Sum of the differences' sizes."),
)


def sides(totals: dict[str, Any], currency: str) -> None:
    """Show the four amounts beside each other, then how far they are apart."""
    for column, (label, name, meaning) in zip(st.columns(5), SIDES, strict=True):
        amount = totals[name]
        said = "Not tracked" if amount is None else figure(amount, currency)
        column.metric(f"{label} ({currency})", said, help=meaning, border=True)
    differences(totals, currency)
    if totals["incomparable"]:
        st.warning(
            f"{counted(totals['incomparable'], 'case')} without a common currency in storefront"
            f" and ERP ({spoken_amount(totals['incomparable_amount'], currency)} in the"
            " storefront): no variance can be stated, and the bridge leaves"
            f" {'it' if totals['incomparable'] == 1 else 'them'} out.",
            icon=":material/currency_exchange:",
        )


def differences(totals: dict[str, Any], currency: str) -> None:
    """Show how far the sides are apart, net and gross, and how much of it is only early."""
    net, gross, reversal, differing, early = st.columns(5)
    net.metric(
        f"Net variance ({currency})",
        figure(totals["net_amount"], currency),
        help="Storefront less ERP. Errors in both directions hide each other here.",
        border=True,
    )
    gross.metric(
        f"Gross variance ({currency})",
        figure(totals["gross_amount"], currency),
        help="The sizes of all differences added up, whatever their direction.",
        border=True,
    )
    reversal.metric(
        f"ERP less reversal ({currency})",
        figure(totals["reversal_variance_amount"], currency),
        help="What the ERP credited less what the sale says; of credited cases.",
        border=True,
    )
    differing.metric(
        "Cases that differ",
        _of(totals["differing"], totals["cases"]),
        help="In storefront and ERP. The list below has those too that agree in both, but not with"
        " the bank or a precise reversal.",
        border=True,
    )
    early.metric(
        "Not late yet",
        f"{totals['not_late']:,}",
        help="Of the cases that differ: one side has its document, the other is within its time.",
        border=True,
    )


def bridge(totals: dict[str, Any], currency: str) -> None:
    """Show the way from the storefront's total to the ERP's, and its steps on their own scale."""
    st.header(point(totals, currency), anchor=False)
    way, steps = st.columns([5, 3], gap="large")
    with way:
        st.caption(f"From the storefront's total to the ERP's, {currency}")
        st.altair_chart(
            bridges.bridge_chart(totals, currency=currency),
            alt=charts.in_words(
                f"Bridge from the storefront's total to the ERP's, {currency}",
                bridges.bridge_steps(totals),
                label="step",
                figure="change",
                shape=charts.money_shape(currency),
            ),
        )
    with steps:
        st.caption("The steps alone: what each takes away or adds")
        st.altair_chart(
            bridges.component_bars(totals, currency=currency),
            alt="What each component takes away or adds, as in the bridge",
        )


def cuts(
    pointer: Pointer,
    narrowed: Scope,
    filtered: VarianceFilter,
    totals: dict[str, Any],
    currency: str,
) -> None:
    """Show where the differences are, by one dimension at a time."""
    by = st.segmented_control(
        "Cut by",
        list(CUT_BY),
        format_func=CUT_BY.__getitem__,
        default="root_cause",
        key="by",
        bind="query-params",
    )
    by = str(by or "root_cause")
    rows = variance.cut(pointer, narrowed, narrowed=filtered, by=by)
    found = [row for row in rows.to_pylist() if row["gross_amount"]]
    if not found:
        st.header(no_part(totals), anchor=False)
        return
    words = PARTS.get(by, {})
    for row in found:
        row["label"] = _label(row["part"], by=by)
    most = max(found, key=lambda row: row["gross_amount"])
    is_theirs = by in THEIR_OWN and most["part"]
    largest = verbatim(most["label"]) if is_theirs else most["label"]
    st.header(
        f"{largest}: {spoken_amount(most['gross_amount'], currency)} of differences, in"
        f" {counted(most['cases'], 'case')}",
        anchor=False,
    )
    _parts(rows, found, by=by, words=words, currency=currency)
    if by == "sku":
        st.caption("By SKU: the lines alone. Shipping, fees and adjustments belong to no line.")


def _label(part: object, *, by: str) -> str:
    """A code of ours in words, a name of theirs as it is written: two of them stay two."""
    if not part:
        return "Unknown"
    return str(part) if by in THEIR_OWN else spoken(part, PARTS.get(by, {}))


def _parts(
    rows: tables.Rows,
    found: list[dict[str, Any]],
    *,
    by: str,
    words: dict[str, str],
    currency: str,
) -> None:
    chart, table = st.columns([2, 3], gap="large")
    with chart:
        bars = found[:BARS]
        part = "" if len(bars) == len(found) else f", the first {BARS} of {len(found):,}"
        st.caption(f"Gross variance by {CUT_BY[by].lower()}, {currency}{part}")
        st.altair_chart(
            charts.money_bars(bars, label="label", amount="gross_amount", currency=currency),
            alt=charts.in_words(
                f"Gross variance by {CUT_BY[by].lower()}, {currency}",
                bars,
                label="label",
                figure="gross_amount",
                shape=charts.money_shape(currency),
            ),
        )
    with table:
        kind = Kind.WORD if words else Kind.TEXT
        columns = (Column("part", CUT_BY[by], kind, words=words), *MONEY)
        title = f"Variance by {CUT_BY[by].lower()}"
        tables.show(rows, columns, key=f"cut_{by}", title=title, currency=currency, tallest=BARS)


def listed(pointer: Pointer, narrowed: Scope, filtered: VarianceFilter) -> None:
    """List the cases behind the numbers, and the lines of the one selected."""
    st.header("The cases", anchor=False)
    is_differing_only = st.toggle(
        "Only where some side differs", value=True, key="differing", bind="query-params"
    )
    count = variance.case_count(
        pointer, narrowed, narrowed=filtered, is_differing_only=is_differing_only
    )
    if not count:
        nothing("No case differs between storefront, bank, ERP and a precise reversal.")
        return
    number = tables.page_of(count, key="variance_page", noun="Cases")
    cases = variance.cases(
        pointer, narrowed, narrowed=filtered, is_differing_only=is_differing_only
    )
    rows = cases.page(number)
    selected = tables.show(
        rows,
        CASES,
        key="variance_cases",
        title="Cases, the largest difference first",
        currency=narrowed.currency,
        is_selectable=True,
        whole=Whole(cases.whole, count),
    )
    if selected is None:
        st.caption("Select a case to see its components and lines.")
        return
    with part():
        drilling.drilled(pointer, rows.column("case_key")[selected].as_py())


def _of(part_: int, whole: int) -> str:
    return f"{part_:,} of {whole:,}"


def chosen(pointer: Pointer, narrowed: Scope) -> VarianceFilter:
    """Ask for which cause, and whether what still has time is left out."""
    known = variance.causes(pointer, narrowed)
    cause = one_of("Cause", known, CAUSES, key="cause", width=280, every="Every cause")
    is_due_only = st.toggle("Leave out what is not late yet", key="due", bind="query-params")
    return VarianceFilter(cause=cause, is_due_only=bool(is_due_only))


with page("Do refunds match in storefront, bank and ERP?") as pointer:
    with filters():
        narrowed = scope(pointer, has_money=True)
        filtered = chosen(pointer, narrowed) if narrowed.currency else VarianceFilter()
    if narrowed.currency is None:
        nothing("There are no refunds in this publication.")
    else:
        totals = variance.totals(pointer, narrowed, narrowed=filtered)
        sides(totals, narrowed.currency)
        bridge(totals, narrowed.currency)
        with part():
            cuts(pointer, narrowed, filtered, totals, narrowed.currency)
        listed(pointer, narrowed, filtered)
