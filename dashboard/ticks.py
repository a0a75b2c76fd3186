"""Ticked rows belong to what was shown: where other rows stand in their places, none is ticked."""

import hashlib

import pyarrow as pa
import streamlit as st

# What a row of a table is known by: the first of these that it has.
KEYS = ("intent_key", "break_key", "case_key")
FORGOTTEN = "ticks_forgotten"
MOVED = "**The rows moved while you looked**, so none is ticked any more: tick again."


def of_rows(rows: pa.Table, *, key: str) -> str:
    """
    Return the key under which these rows are drawn: of other rows it is another.

    Streamlit keeps the positions of ticked rows, whatever stands there at the next look: somebody
    else decided, or new numbers came. Says so where rows were ticked and have moved.
    """
    names = [name for name in KEYS if name in rows.column_names]
    shown = repr(rows.column(names[0]).to_pylist()) if names else ""
    drawn = f"{key}_{hashlib.sha256(shown.encode()).hexdigest()[:12]}"
    before = st.session_state.get(f"{key}_drawn", drawn)
    st.session_state[f"{key}_drawn"] = drawn
    is_forgotten = st.session_state.pop(FORGOTTEN, False)
    if before != drawn and not is_forgotten and _ticked(before):
        st.warning(MOVED, icon=":material/swap_vert:")
    return drawn


def forget() -> None:
    """Leave what is ticked without a word: it was decided about."""
    st.session_state[FORGOTTEN] = True


def _ticked(drawn: str) -> bool:
    event = st.session_state.get(drawn)
    return bool(event and event["selection"]["rows"])
