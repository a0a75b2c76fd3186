"""A decision as it is asked for: words and click go off together, so no rerun loses either."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Literal

import streamlit as st


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
