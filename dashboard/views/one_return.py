"""What can I tell the customer about this return?"""

from collections.abc import Sequence
from datetime import datetime

import pyarrow as pa
import streamlit as st

from dashboard import links, tables, telling
from dashboard.access import Capability
from dashboard.choosing import filters
from dashboard.decisions import decided
from dashboard.finding import looked_up, near
from dashboard.frame import nothing, page, part
from dashboard.marts import breaks, cases, source
from dashboard.marts.breaks import Break
from dashboard.money import spoken_amount
from dashboard.people import readable
from dashboard.publication import Pointer
from dashboard.standing import is_all_done
from dashboard.tables import Column, Kind
from dashboard.words import (
    BREAKS,
    DOCUMENTS,
    EVENTS,
    STAGES,
    STATUSES,
    STEPS,
    SYSTEMS,
    spoken,
)
from dashboard.zone import reader_zone, spoken_day

TIMELINE = (
    Column("occurred_at", "When", Kind.INSTANT),
    Column("event", "What happened", Kind.WORD, words=EVENTS),
    Column("system", "System", Kind.WORD, words=SYSTEMS),
    Column("document_type", "Document", Kind.WORD, words=DOCUMENTS),
    Column("document_number", "Number"),
    Column("stage", "Stage", Kind.WORD, words=STEPS),
    Column("quantity", "Units", Kind.COUNT),
    Column("amount", "Amount", Kind.MONEY),
)
LINES = (
    Column("sku", "SKU"),
    Column("return_reason", "Why it came back", Kind.WORD),
    Column("requested_quantity", "Asked for", Kind.COUNT),
    Column("received_quantity", "Received", Kind.COUNT),
    Column("passed_quantity", "Passed", Kind.COUNT),
    Column("failed_quantity", "Failed", Kind.COUNT),
    Column("refunded_quantity", "Refunded", Kind.COUNT),
    Column("credited_quantity", "Credited", Kind.COUNT),
)
FOUND = (
    Column("case_name", "Return"),
    Column("store", "Store"),
    Column("order_name", "Order"),
    Column("rma_number", "RMA"),
    Column("current_stage", "Where it is", Kind.WORD, words=STAGES),
    Column("days_in_stage", "Days there", Kind.DAYS),
    Column("requested_at", "Requested", Kind.INSTANT),
)
NEAR = tuple(column for column in FOUND if column.name != "days_in_stage")
STAMPS = (
    ("confirmation", "Confirmation", "approved_at"),
    ("inspection", "Inspection", "inspected_at"),
    ("posting", "Credit memo", "credited_at"),
    ("payout", "Payout", "sent_at"),
)
SIDES = (
    ("Storefront", "storefront_amount", "What the storefront calculated."),
    ("Customer's bank, paid", "paid_amount", "Refund payments that succeeded."),
    ("Customer's bank, settled", "settled_amount", "What the processor has taken so far."),
    ("ERP", "erp_amount", "Credit memos and cash refunds."),
    ("Precise reversal", "expected_amount", "What the sale says these units are worth."),
)


def chosen_case(found: list[cases.Case]) -> str:
    """Return the one case there is; where there are several, let the reader choose."""
    if len(found) == 1:
        return str(found[0]["case_key"])
    most = f"{cases.MOST_FOUND} or more" if len(found) == cases.MOST_FOUND else f"{len(found):,}"
    st.caption(f"{most} returns fit. Choose one.")
    names = {str(row["case_key"]): _choice(row) for row in found}
    return str(st.selectbox("Return", list(names), format_func=names.__getitem__, key="case"))


def shown(pointer: Pointer, case_key: str) -> None:
    """Show everything about one return."""
    case = cases.case(pointer, case_key)
    if case is None:
        return
    found = breaks.of_case(pointer, case_key, decided=decided())
    telling.headline(pointer, case, found)
    where(case)
    with part():
        source.demand(pointer, breaks.NEEDS)
        problems(found, case["currency"])
    amounts(case)
    with part():
        lines(pointer, case)
    with part():
        timeline(pointer, case)
    links.open_in_systems(case)


def where(case: cases.Case) -> None:
    """Show the three stages and the payout, each with its day."""
    for column, (stage, label, moment) in zip(st.columns(4), STAMPS, strict=True):
        happened = case[moment]
        day = spoken_day(happened) if isinstance(happened, datetime) else None
        status = spoken(case[f"{stage}_status"], STATUSES)
        column.metric(
            label,
            status,
            delta=day,
            delta_color="off",
            delta_arrow="off",
            border=True,
            height="stretch",
        )
    if case["is_falsely_complete"]:
        st.warning(
            "The storefront calls this return complete. The ERP does not: it is still open.",
            icon=":material/warning:",
        )
    elif case["current_stage"] == "complete" and not is_all_done(case):
        st.warning(
            "All stages are done, but the amounts are not settled yet.", icon=":material/warning:"
        )


def problems(found: Sequence[Break], currency: object) -> None:
    """Show what is wrong with the case, who acts on it, and what was decided."""
    for one in found:
        with st.container(border=True):
            kind = spoken(one["break_type"], BREAKS)
            owner = telling.spoken_owner(one["owner"])
            st.caption(kind if one["team"] == breaks.NOBODY else f"{kind}. Next step: {owner}")
            at_stake = f" ({spoken_amount(one['amount'], currency)})" if one["amount"] else ""
            st.text(f"{one['next_step']}{at_stake}")
            if one["note"]:
                st.text(f"Note: {readable(str(one['note']))}")


def amounts(case: cases.Case) -> None:
    """Show every side's amount beside the others."""
    st.header("Amounts", anchor=False)
    for column, (label, name, meaning) in zip(st.columns(5), SIDES, strict=True):
        column.metric(label, _figure(case, name), help=meaning, border=True)


def lines(pointer: Pointer, case: cases.Case) -> None:
    """Show what was sent back, line by line, and how far the units of each have come."""
    rows = cases.lines(pointer, str(case["case_key"]))
    if rows.num_rows:
        st.header("Units, line by line", anchor=False)
        tables.show(rows, LINES, key="units", title="Units of the return, line by line")


def timeline(pointer: Pointer, case: cases.Case) -> None:
    """Show everything that happened, in one order."""
    st.header("Timeline", anchor=False)
    st.caption(f"Times in {reader_zone()}.")
    rows = cases.events(pointer, str(case["case_key"]))
    if not rows.num_rows:
        nothing("No system has recorded anything about this return.")
        return
    currency = str(case["currency"])
    tables.show(rows, TIMELINE, key="timeline", title="Timeline of the return", currency=currency)


def examples(pointer: Pointer) -> None:
    """Offer the returns that wait longest, for who has no number at hand."""
    rows = cases.examples(pointer)
    if not rows.num_rows:
        nothing("No return waits for anything.")
        return
    st.caption("Or select one of the returns that wait longest.")
    selected = tables.show(rows, FOUND, key="waiting", title="Waiting", is_selectable=True)
    if selected is not None:
        links.show_return(rows.column("case_key")[selected].as_py())


def maybe(parts: list[cases.Case]) -> None:
    """Offer what a part of a number is in: which return is meant, only the reader knows."""
    st.caption("It is a part of these numbers, the newest first. Select one, or write more of it.")
    rows = pa.Table.from_pylist(parts)
    selected = tables.show(rows, NEAR, key="near", title="Numbers with this", is_selectable=True)
    if selected is not None:
        links.show_return(str(parts[selected]["case_key"]))


def _figure(case: cases.Case, name: str) -> str:
    """Of the sides only what was settled and what the ERP says may be unknown."""
    if case[name] is not None:
        return spoken_amount(case[name], case["currency"])
    if name != "settled_amount":
        return "Other currency"
    return "Not tracked" if case["paid_amount"] else "Nothing paid"


def _choice(row: cases.Case) -> str:
    return " · ".join(
        [str(row["case_name"]), str(row["store"]), spoken(row["current_stage"], STAGES)]
    )


with page("What can I tell the customer?", needs=Capability.LOOK_UP) as pointer:
    with filters():
        text = st.text_input(
            "Order, return, RMA or credit memo number",
            key="find",
            bind="query-params",
            placeholder="#1001",
            type="search",
            width=420,
        )
        # Not in the address: an e-mail has no place in a browser's history.
        email = st.text_input("or the customer's e-mail", key="email", type="search", width=320)
    asked = (str(text or "").strip(), str(email or "").strip())
    if not any(asked):
        examples(pointer)
    elif found := looked_up(pointer, *asked):
        shown(pointer, chosen_case(found))
    elif not asked[1] and (parts := near(pointer, asked[0])):
        maybe(parts)
