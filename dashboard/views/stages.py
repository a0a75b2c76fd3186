"""Where is every return?"""

import streamlit as st

from dashboard import charts, links, tables
from dashboard.choosing import filters
from dashboard.downloads import Whole
from dashboard.frame import counted, nothing, page, part, scope
from dashboard.marts import stages
from dashboard.marts.source import Scope
from dashboard.publication import Pointer
from dashboard.tables import Column, Kind
from dashboard.words import DURATIONS, STAGES, STATUSES, STEPS, spoken

DAYS = "Whole days since the case entered the stage it is in."
COUNTS = (
    Column("current_stage", "Where it is", Kind.WORD, words=STAGES),
    Column("cases", "Cases", Kind.COUNT),
    Column("overdue", "Overdue", Kind.COUNT, help="Longer there than the stage's target."),
    Column("median_days", "Median days", Kind.DAYS, help=DAYS),
    Column("p90_days", "90% within", Kind.DAYS, help="Days. " + DAYS),
    Column("longest_days", "Longest", Kind.DAYS, help="Days. " + DAYS),
)
DONE = (
    Column("step", "Step", Kind.WORD, words=DURATIONS),
    Column("cases", "Cases", Kind.COUNT),
    Column("median_days", "Median days", Kind.NUMBER),
    Column("p90_days", "90% within", Kind.NUMBER, help="Days."),
    Column("out_of_order", "Out of order", Kind.COUNT, help="The end came before the start."),
)
WHO = (
    Column("case_name", "Return"),
    Column("store", "Store"),
    Column("order_name", "Order"),
    Column("rma_number", "RMA"),
)
FALSELY = (
    *WHO,
    Column("inspection_status", "Inspection", Kind.WORD, words=STATUSES),
    Column("posting_status", "Credit memo", Kind.WORD, words=STATUSES),
    Column("days_in_stage", "Days waiting", Kind.DAYS, help=DAYS),
    Column("is_overdue", "Overdue", Kind.FLAG),
    Column("currency", "Currency"),
    Column("paid_amount", "Paid out", Kind.MONEY),
    Column("erp_amount", "Credited in the ERP", Kind.MONEY),
    Column("refunded_at", "Refunded", Kind.INSTANT),
)
OVERDUE = (
    *WHO,
    Column("current_stage", "Where it is", Kind.WORD, words=STAGES),
    Column("days_in_stage", "Days there", Kind.DAYS, help=DAYS),
    Column("requested_at", "Requested", Kind.INSTANT),
    Column("requested_quantity", "Units asked", Kind.COUNT),
    Column("received_quantity", "Units received", Kind.COUNT),
)


def figures(found: dict[str, int]) -> None:
    """Show the counts that say how things stand."""
    open_, overdue, falsely, early, complete = st.columns(5)
    open_.metric("Open", f"{found['open']:,}", border=True)
    overdue.metric("Overdue", f"{found['overdue']:,}", border=True)
    falsely.metric(
        "Falsely complete",
        f"{found['falsely_complete']:,}",
        border=True,
        help="The storefront says complete, the ERP does not.",
    )
    early.metric(
        "Refunded before inspection", f"{found['refunded_before_inspection']:,}", border=True
    )
    complete.metric("Complete", f"{found['complete']:,}", border=True)


def funnel(pointer: Pointer, narrowed: Scope, paid_uncredited: int) -> None:
    """Show the three stages and the payout, and what is ahead of its turn."""
    statuses = stages.statuses(pointer, narrowed)
    point = (
        f"{counted(paid_uncredited, 'case')} paid out without a full credit in the ERP"
        if paid_uncredited
        else "No case is paid out without a full credit in the ERP"
    )
    st.header(point, anchor=False)
    st.altair_chart(charts.stage_chart(statuses), alt=_in_words(statuses))


def _in_words(statuses: tables.Rows) -> str:
    records = [
        {
            "what": f"{spoken(row['stage'], STEPS)}, {spoken(row['status'], STATUSES).lower()}",
            "cases": row["cases"],
        }
        for row in statuses.to_pylist()
    ]
    return charts.in_words("Cases by stage and status", records, label="what", figure="cases")


def waits(pointer: Pointer, narrowed: Scope) -> None:
    """Show how long it takes, for what is open and for what was done."""
    now, then = st.columns(2, gap="large")
    with now:
        st.header("Where cases are now", anchor=False)
        counts = stages.stage_counts(pointer, narrowed)
        tables.show(counts, COUNTS, key="stages", title="Cases by current stage")
    with then:
        st.header("How long the steps took", anchor=False)
        tables.show(
            stages.durations(pointer, narrowed), DONE, key="durations", title="Days per step"
        )


def falsely_complete(pointer: Pointer, narrowed: Scope, count: int) -> None:
    """List what the storefront calls complete and the ERP does not."""
    st.header(f"Storefront says complete, ERP does not: {count:,}", anchor=False)
    if not count:
        nothing("Every return that the storefront calls complete is complete in the ERP too.")
        return
    number = tables.page_of(count, key="falsely_page", noun="Cases")
    cases = stages.falsely_complete(pointer, narrowed)
    whole = Whole(cases.whole, count)
    title = "Falsely complete cases"
    _listed(cases.page(number), FALSELY, key="falsely_complete", title=title, whole=whole)


def overdue(pointer: Pointer, narrowed: Scope, count: int) -> None:
    """List what has stayed too long where it is."""
    st.header(f"Overdue: {count:,}", anchor=False)
    if not count:
        nothing("No case has been in its stage for longer than the stage's target.")
        return
    number = tables.page_of(count, key="overdue_page", noun="Cases")
    cases = stages.overdue(pointer, narrowed)
    whole = Whole(cases.whole, count)
    _listed(cases.page(number), OVERDUE, key="overdue", title="Overdue cases", whole=whole)


def _listed(
    rows: tables.Rows, columns: tuple[Column, ...], *, key: str, title: str, whole: Whole
) -> None:
    selected = tables.show(rows, columns, key=key, title=title, is_selectable=True, whole=whole)
    if selected is not None:
        links.open_return(rows.column("case_key")[selected].as_py())


with page("Where is every return?") as pointer:
    with filters():
        narrowed = scope(pointer, has_money=False)
    found = stages.headline(pointer, narrowed)
    if found["cases"]:
        figures(found)
        funnel(pointer, narrowed, found["paid_uncredited"])
        waits(pointer, narrowed)
        with part():
            falsely_complete(pointer, narrowed, found["falsely_complete"])
        overdue(pointer, narrowed, found["overdue"])
    else:
        nothing("There are no returns in this publication.")
