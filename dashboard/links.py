"""The way from a row of any table to its one return."""

from collections.abc import Mapping

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


def open_in_systems(case: Mapping[str, object]) -> None:
    """Offer the case in both systems, where their hosts are configured."""
    with st.container(horizontal=True):
        for name, label in (
            ("storefront_url", "Open in the storefront"),
            ("erp_url", "Open in the ERP"),
        ):
            url = str(case.get(name) or "")
            if url.startswith("https://"):
                st.link_button(label, url)
