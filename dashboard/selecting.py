"""Which breaks a decision is about: those that were ticked, or all that fit the filters."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import streamlit as st

from dashboard.decisions import Decided
from dashboard.frame import counted
from dashboard.marts import breaks
from dashboard.marts.breaks import BreakFilter
from dashboard.marts.source import PAGE_ROWS, Listing, Scope
from dashboard.publication import Pointer
from orchestration.ledger import DecisionRefusedError, FoundBreak

ALL, SEEN, DONE = "breaks_all", "breaks_seen", "breaks_done"


@dataclass(frozen=True)
class Selection:
    """Selected breaks: how many, of them material, of them set aside, and they themselves."""

    count: int
    material: int
    aside: int
    found: Callable[[], Iterable[FoundBreak]]


def ticked(picked: Sequence[dict[str, Any]], pointer: Pointer) -> Selection:
    """Return the rows that were ticked."""
    found = [_found(row, pointer) for row in picked]
    return Selection(
        len(found),
        sum(one.is_material for one in found),
        sum(row["standing"] != "open" for row in picked),
        lambda: found,
    )


def everything(
    listing: Listing, narrowed: Scope, filtered: BreakFilter, *, states: Decided
) -> Selection | None:
    """
    Offer to select all breaks that fit, beyond the page too; nothing where that is not wanted.

    They are found again when the decision is taken; if anybody decided meanwhile, they may be
    others than were looked at, and it is refused.
    """
    pointer = listing.pointer
    now, seen = (pointer.id, states.version), st.session_state.get(SEEN)
    st.session_state[SEEN] = now
    gist = breaks.gist(pointer, narrowed, narrowed=filtered, decided=states)
    if st.session_state.pop(DONE, False):
        st.session_state[ALL] = False
    if gist["breaks"] <= PAGE_ROWS:
        return None
    label = f"Select all {counted(gist['breaks'], 'break')} that fit, on every page"
    if not st.toggle(label, key=ALL):
        return None

    def found() -> Iterator[FoundBreak]:
        if seen != now:
            raise DecisionRefusedError(
                "somebody decided, or new numbers came, while you looked: look again at what fits"
            )
        for batch in listing.whole():
            yield from (_found(row, pointer) for row in batch.to_pylist())

    return Selection(gist["breaks"], gist["material"], gist["aside"], found)


def done() -> None:
    """Select nothing at the next look: it was decided about."""
    st.session_state[DONE] = True


def _found(row: dict[str, Any], pointer: Pointer) -> FoundBreak:
    return FoundBreak(
        break_key=row["break_key"],
        case_name=row["case_name"],
        break_type=row["break_type"],
        amount=row["amount"],
        currency=row["currency"],
        materiality_amount=row["materiality_amount"],
        publication_id=pointer.id,
    )
