"""What may be sent, what is held, and why?"""

import streamlit as st

from dashboard import halting, links, saying, sending, tables
from dashboard.choosing import filters, one_of
from dashboard.downloads import Whole
from dashboard.frame import nothing, page, part, scope
from dashboard.marts import gates, stages
from dashboard.marts.gates import GateFilter
from dashboard.marts.source import Scope
from dashboard.publication import Pointer
from dashboard.tables import Column, Kind
from dashboard.words import ACTIONS, DECISIONS, REASONS

MEANT = {
    "ready": "May be sent now.",
    "held": "May not be sent, for every reason named.",
    "done": "Needs nothing.",
}
BY_ACTION = (
    Column("action", "Action", Kind.WORD, words=ACTIONS),
    Column("ready", "Ready", Kind.COUNT),
    Column("held", "Held", Kind.COUNT),
    Column("done", "Done", Kind.COUNT),
)
BY_REASON = (
    Column("reason", "Why it is held", Kind.WORD, words=REASONS),
    Column("held", "Rows", Kind.COUNT, help="A row may have several reasons."),
    Column("cases", "Returns", Kind.COUNT),
)
ROWS = (
    Column("decision", "Decision", Kind.WORD, words=DECISIONS),
    Column("action", "Action", Kind.WORD, words=ACTIONS),
    Column("case_name", "Return"),
    Column("store", "Store"),
    Column("sku", "SKU"),
    Column("quantity", "Units", Kind.COUNT),
    Column("currency", "Currency"),
    Column("amount", "Amount", Kind.MONEY),
    Column("hold_reasons", "Why it is held", Kind.WORD, words=REASONS, width=380),
)
RUNS = (
    Column("began_at", "First sent", Kind.INSTANT),
    Column("ended_at", "Last confirmed", Kind.INSTANT),
    Column("actions", "Actions", Kind.COUNT),
    Column("cases", "Returns", Kind.DAYS),
    Column("kinds", "What", Kind.WORD, words=ACTIONS, width=420),
    Column("run_id", "Run"),
)
SENT = (
    Column("confirmed_at", "Confirmed", Kind.INSTANT),
    Column("action", "Action", Kind.WORD, words=ACTIONS),
    Column("case_name", "Return"),
    Column("store", "Store"),
    Column("sku", "SKU"),
    Column("quantity", "Units", Kind.COUNT),
    Column("currency", "Currency"),
    Column("amount", "Amount", Kind.MONEY),
    Column("reference", "Its reference there"),
)


def summary(pointer: Pointer, narrowed: Scope) -> tuple[list[str], list[str]]:
    """Show the counts, and return the actions and reasons there are."""
    by_action = gates.decisions(pointer, narrowed)
    by_reason = gates.reasons(pointer, narrowed)
    totals = {name: sum(by_action.column(name).to_pylist()) for name in ("ready", "held", "done")}
    cards = st.columns(5)
    for column, (name, label) in zip(cards, DECISIONS.items(), strict=False):
        column.metric(label, f"{totals[name]:,}", border=True, help=MEANT[name])
    sending.counts(cards[3:], narrowed.store)
    left, right = st.columns(2, gap="large")
    with left:
        st.header("By action", anchor=False)
        if by_action.num_rows:
            tables.show(by_action, BY_ACTION, key="actions", title="Gates by action")
        else:
            nothing("No return has an action.")
    with right:
        st.header("Why rows are held", anchor=False)
        if by_reason.num_rows:
            tables.show(by_reason, BY_REASON, key="reasons", title="Reasons of held gates")
        else:
            nothing("Nothing is held.")
    return by_action.column("action").to_pylist(), by_reason.column("reason").to_pylist()


def chosen(actions: list[str], reasons: list[str]) -> GateFilter:
    """Ask which rows to list."""
    with filters():
        decision = one_of("Decision", list(DECISIONS), DECISIONS, key="decision", width=260)
        action = one_of("Action", actions, ACTIONS, key="action", width=260)
        reason = one_of("Why it is held", reasons, REASONS, key="reason", width=460)
    return GateFilter(action=action, decision=decision, reason=reason)


def listed(pointer: Pointer, narrowed: Scope, filtered: GateFilter) -> None:
    """List the rows, what is ready first."""
    count = gates.gate_count(pointer, narrowed, narrowed=filtered)
    if not count:
        nothing("No row fits these choices.")
        return
    number = tables.page_of(count, key="gates_page", noun="Rows")
    found = gates.gates(pointer, narrowed, narrowed=filtered)
    rows = found.page(number)
    selected = tables.show(
        rows,
        ROWS,
        key="gates",
        title="Gates, ready first",
        is_selectable=True,
        whole=Whole(found.whole, count),
    )
    if selected is not None:
        links.open_return(rows.column("case_key")[selected].as_py())
        rests_on = rows.column("evidence")[selected].as_py()
        if rests_on:
            st.caption("ERP documents it rests on, each at the version that was read")
            st.text(rests_on)


def history(pointer: Pointer, narrowed: Scope) -> None:
    """List the runs that sent something."""
    rows = gates.runs(pointer, narrowed)
    if rows.num_rows:
        st.header("The runs that sent it, latest first", anchor=False)
        tables.show(rows, RUNS, key="sync_runs", title="Runs of the syncs")


def sent(pointer: Pointer, narrowed: Scope) -> None:
    """List what was sent and read back."""
    st.header("Sent and confirmed, latest first", anchor=False)
    rows = gates.sent(pointer, narrowed)
    if rows.num_rows:
        tables.show(rows, SENT, key="sent", title="Actions sent and confirmed")
    else:
        nothing(
            "Nothing had been sent and confirmed when this was published. What was since shows in"
            " the next publication."
        )


with page("What may be sent, what is held, and why?") as pointer:
    with filters():
        narrowed = scope(pointer, has_money=False)
    saying.told()
    halting.halts(stages.stores(pointer))
    actions, reasons = summary(pointer, narrowed)
    sending.waiting(narrowed.store)
    sending.unknown(narrowed.store)
    if actions:
        st.header("The rows, ready first", anchor=False)
        listed(pointer, narrowed, chosen(actions, reasons))
    else:
        nothing("There is nothing to do: no return has an action that is ready, held or done.")
    with part():
        sent(pointer, narrowed)
        history(pointer, narrowed)
