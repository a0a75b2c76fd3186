"""A decision as it is asked for: words and click go off together, so no rerun loses either."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Literal

import streamlit as st

# As long as it takes to read a sentence: another rerun of the page must not take it away.
READABLE = timedelta(seconds=15)


def tell(key: str) -> None:
    """Say what became of the decision that was just taken, for as long as it takes to read it."""
    said, shown, now = st.session_state.pop(key, None), f"{key}_shown", datetime.now(UTC)
    if said:
        st.session_state[shown] = (said, now + READABLE)
        st.toast(said, icon=":material/task_alt:")
    text, until = st.session_state.get(shown, ("", now))
    if now < until:
        st.caption(text)


@contextmanager
def asking(
    label: str, *, key: str, icon: str, weight: Literal["primary", "secondary"] = "secondary"
) -> Iterator[None]:
    """Open a small form behind a button; `confirmed` inside it sends it off."""
    with st.popover(label, icon=icon, type=weight), st.form(f"{key}_form", border=False):
        yield


def confirmed(
    label: str, *, key: str, weight: Literal["primary", "secondary"] = "primary"
) -> bool:
    """Return whether the form was just sent off by this button."""
    return st.form_submit_button(label, key=key, type=weight)
