"""The way from a row of any table to its one return."""

import streamlit as st

ONE_RETURN = "views/one_return.py"


def open_return(case_key: str) -> None:
    """Offer the page of one return; the address carries the key, so it can be sent on."""
    st.page_link(
        ONE_RETURN,
        label="Open this return",
        icon=":material/arrow_forward:",
        query_params={"find": case_key},
    )
