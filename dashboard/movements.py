"""What has moved between two publications: breaks that are new, still there and gone."""

from datetime import datetime
from decimal import Decimal
from typing import Any

import streamlit as st

from dashboard import links, tables
from dashboard.downloads import Whole
from dashboard.frame import nothing
from dashboard.marts import close
from dashboard.marts.source import Scope
from dashboard.money import spoken_amount
from dashboard.publication import Pointer
from dashboard.tables import Column, Kind
from dashboard.words import BREAKS, MOVES, OWNERS
from dashboard.zone import spoken_time

MOVED = (
    Column("case_name", "Return"),
    Column("store", "Store"),
    Column("break_type", "Kind of break", Kind.WORD, words=BREAKS),
    Column("team", "Owner", Kind.WORD, words=OWNERS),
    Column("amount", "Money", Kind.MONEY),
    Column("amount_before", "Money before", Kind.MONEY),
    Column("due_at", "Due since", Kind.INSTANT),
)


def since_the_last(pointer: Pointer, narrowed: Scope) -> None:
    """Show what changed since the publication before."""
    if not close.has_previous(pointer):
        st.header("Since the last publication", anchor=False)
        nothing("No earlier publication is kept: what is new or gone shows from the next one on.")
        return
    before = close.previous_as_of(pointer)
    found = close.moves(pointer, narrowed)
    new, gone = found["new"]["breaks"], found["resolved"]["breaks"]
    since = spoken_time(before) if isinstance(before, datetime) else "the last publication"
    st.header(f"Since {since}: {new:,} new, {gone:,} gone", anchor=False)
    move = _chosen(found, narrowed)
    if not found[move]["breaks"]:
        nothing(f"No break in {narrowed.currency} is {MOVES[move].lower()}.")
        return
    number = tables.page_of(found[move]["breaks"], key="moved_page", noun="Breaks")
    moved = close.moved(pointer, narrowed, move=move)
    rows = moved.page(number)
    selected = tables.show(
        rows,
        MOVED,
        key="moved",
        title=f"Breaks: {MOVES[move].lower()} since {since}",
        currency=narrowed.currency,
        is_selectable=True,
        whole=Whole(moved.whole, found[move]["breaks"]),
    )
    if selected is not None:
        links.open_return(rows.column("case_key")[selected].as_py())


def _chosen(found: dict[str, dict[str, Any]], narrowed: Scope) -> str:
    """Ask which way; the address holds it without its figures, so that it is good tomorrow too."""
    move = st.segmented_control(
        "Breaks",
        list(MOVES),
        format_func=MOVES.__getitem__,
        default="new",
        key="move",
        bind="query-params",
        label_visibility="collapsed",
    )
    told = [
        f"{words}: {found[move]['breaks']:,}"
        f" ({spoken_amount(Decimal(found[move]['amount']), narrowed.currency)})"
        for move, words in MOVES.items()
    ]
    st.caption(
        f"{'; '.join(told)}. Of a return with several breaks the largest counts in the money."
    )
    return str(move or "new")
