"""What has to be mended, by whom, and what was decided?"""

from decimal import Decimal
from typing import Any

import pyarrow as pa
import streamlit as st

from dashboard import deciding, links, selecting, tables
from dashboard.access import Capability
from dashboard.choosing import filters, one_of
from dashboard.decisions import Decided, decided, ledger
from dashboard.downloads import Whole
from dashboard.frame import counted, is_frozen, nothing, page, say_overlap, scope
from dashboard.marts import breaks
from dashboard.marts.breaks import BreakFilter
from dashboard.marts.source import Listing, Scope
from dashboard.money import spoken_amount
from dashboard.people import current_person, sees_names
from dashboard.publication import Pointer
from dashboard.tables import Column, Kind
from dashboard.words import AGES, BREAKS, DECIDED, OWNERS, STANDINGS, spoken

GROUPS = (
    Column("break_type", "Kind of break", Kind.WORD, words=BREAKS),
    Column("team", "Owner by policy", Kind.WORD, words=OWNERS),
    Column("breaks", "Breaks", Kind.COUNT),
    Column("amount", "Money", Kind.MONEY),
    Column("proposed", "Wait for a second person", Kind.COUNT),
    Column("oldest_days", "Oldest (days)", Kind.DAYS, help="Whole days since it was due."),
)
QUEUE = (
    Column("case_name", "Return"),
    Column("store", "Store", width=94),
    Column("break_type", "Kind of break", Kind.WORD, words=BREAKS, width=190),
    Column("amount", "Money", Kind.MONEY, help="What is at stake; empty where nothing says."),
    Column("age_bucket", "Age", Kind.WORD, words=AGES, help="Whole days since it was due."),
    Column("owner", "Owner", Kind.PERSON, words=OWNERS),
    Column("standing", "Status", Kind.WORD, words=STANDINGS, width=92),
    Column("said", "Next step, or what was said", width=370),
)
LINKED = (
    Column("storefront_url", "Storefront", Kind.LINK),
    Column("erp_url", "ERP", Kind.LINK),
)
HISTORY = (
    Column("at", "When", Kind.INSTANT),
    Column("who", "Who", Kind.PERSON),
    Column("verb", "Decision", Kind.WORD, words=DECIDED),
    Column("said", "What was said", width=520),
)


def figures(found: dict[str, Any], currency: str) -> None:
    """Show what is to do, and what people set aside."""
    to_do, money, old, second, aside = st.columns(5)
    to_do.metric("To do", f"{found['to_do']:,}", border=True, help="Open, with an owner.")
    money.metric(
        "Money in them",
        spoken_amount(Decimal(found["to_do_amount"]), currency),
        border=True,
        help="Of a return with several breaks the largest counts: they are often the same money.",
    )
    old.metric("Due for over 60 days", f"{found['old']:,}", border=True)
    second.metric(
        "Wait for a second person",
        f"{found['proposed']:,}",
        border=True,
        help="Proposed for acceptance; the one who proposed it cannot confirm it.",
    )
    aside.metric(
        "Set aside",
        f"{found['snoozed'] + found['accepted'] + found['resolved']:,}",
        border=True,
        help=f"Snoozed {found['snoozed']:,}, accepted {found['accepted']:,}, said to be mended"
        f" {found['resolved']:,}.",
    )


def chosen(pointer: Pointer, narrowed: Scope, *, states: Decided) -> BreakFilter:
    """Ask what the queue is narrowed to; all of it stands in the address."""
    found = breaks.choices(pointer, narrowed, decided=states)
    cause = one_of("Kind of break", found["break_types"], BREAKS, key="cause", width=200)
    owners = [owner for owner in found["owners"] if owner in OWNERS or sees_names()]
    owner = one_of("Owner", owners, OWNERS, key="owner", width=140)
    status = one_of("Status", list(STANDINGS), STANDINGS, key="status", width=130, index=1)
    ages = [age for age in AGES if age != "undated"]
    age = one_of("Age", ages, AGES, key="age", width=110)
    text = st.text_input(
        "Return, order, document",
        key="text",
        bind="query-params",
        type="search",
        width=180,
    )
    return BreakFilter(break_type=cause, owner=owner, status=status, age=age, text=text)


def grouped(pointer: Pointer, narrowed: Scope, filtered: BreakFilter, *, states: Decided) -> None:
    """Show the breaks by kind, and say which kind holds most of the money."""
    rows = breaks.groups(pointer, narrowed, narrowed=filtered, decided=states)
    found = rows.to_pylist()
    first, total = found[0], sum(Decimal(row["amount"]) for row in found)
    share = f"{Decimal(first['amount']) / total:.0%}" if total else "none"
    st.header(
        f"{spoken(first['break_type'], BREAKS)}: {share} of the money, in"
        f" {counted(first['breaks'], 'break')}",
        anchor=False,
    )
    once = breaks.at_stake(pointer, narrowed, narrowed=filtered, decided=states)
    say_overlap(Decimal(total), once, str(narrowed.currency))
    tables.show(
        rows, GROUPS, key="groups", title="Breaks by kind", currency=narrowed.currency, tallest=7
    )


def queue(pointer: Pointer, narrowed: Scope, filtered: BreakFilter, *, states: Decided) -> None:
    """List the breaks, and act on those that are selected."""
    total = breaks.count(pointer, narrowed, narrowed=filtered, decided=states)
    st.header(f"{counted(total, 'break')}, the most money first", anchor=False)
    number = tables.page_of(total, key="breaks_page", noun="Breaks")
    listing = breaks.listed(pointer, narrowed, narrowed=filtered, decided=states)
    rows = listing.page(number)
    spot = st.container()
    selected = tables.choose(
        rows,
        QUEUE + _told(rows, LINKED),
        key="breaks",
        title="Breaks, the most money first",
        currency=narrowed.currency,
        whole=Whole(listing.whole, total),
    )
    picked = rows.take(pa.array(selected, pa.int64())).to_pylist()
    with spot:
        if current_person().may(Capability.DECIDE) and not is_frozen():
            decide(listing, picked, narrowed, filtered, states=states)
    if len(picked) == 1:
        one(picked[0])


def decide(
    listing: Listing,
    picked: list[dict[str, Any]],
    narrowed: Scope,
    filtered: BreakFilter,
    *,
    states: Decided,
) -> None:
    """Let the ticked breaks be decided about, or all that fit where a page does not hold them."""
    selected = selecting.everything(listing, narrowed, filtered, states=states)
    if selected is None and picked:
        selected = selecting.ticked(picked, listing.pointer)
    if selected is None:
        st.caption("Select breaks to assign, note, snooze, accept or mend them, one or many.")
    else:
        deciding.bar(selected)


def one(row: dict[str, Any]) -> None:
    """Show all that was decided about one break, and the way to its return."""
    links.open_return(row["case_key"])
    st.text(f"Next step: {row['next_step']}")
    with ledger() as decisions:
        found = decisions.history(subjects=[row["break_key"]])
    if not found:
        nothing("Nobody has decided anything about this break yet.")
        return
    said = [{**vars(decision), "said": deciding.spoken_decision(decision)} for decision in found]
    schema = pa.schema(
        [
            ("at", pa.timestamp("us", tz="UTC")),
            ("who", pa.string()),
            ("verb", pa.string()),
            ("said", pa.string()),
        ]
    )
    rows = pa.Table.from_pylist(said, schema=schema)
    tables.show(rows, HISTORY, key="decisions", title=f"Decisions about {row['case_name']}")


def _told(rows: pa.Table, columns: tuple[Column, ...]) -> tuple[Column, ...]:
    """Return the columns of which some row has a value: an empty one takes room for nothing."""
    return tuple(column for column in columns if any(rows.column(column.name).to_pylist()))


with page("What has to be mended, and by whom?") as pointer:
    states = decided()
    with filters():
        narrowed = scope(pointer, has_money=True)
        filtered = chosen(pointer, narrowed, states=states) if narrowed.currency else BreakFilter()
    if narrowed.currency is None:
        nothing("There are no returns in this publication.")
    else:
        figures(breaks.headline(pointer, narrowed, decided=states), narrowed.currency)
        deciding.told()
        if breaks.count(pointer, narrowed, narrowed=filtered, decided=states):
            grouped(pointer, narrowed, filtered, states=states)
            queue(pointer, narrowed, filtered, states=states)
        else:
            nothing("No break fits these choices.")
