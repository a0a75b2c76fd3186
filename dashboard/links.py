"""The way from a row of any table to its one return."""

from collections.abc import Mapping
from urllib.parse import urlencode

import streamlit as st

from dashboard.places import FROZEN

ONE_RETURN = "one_return"
OPEN = "Open this return"


def open_return(case_key: str) -> None:
    """
    Offer the page of one return in a tab of its own, of the publication that is looked at.

    In the same tab the list would lose what is ticked in it, and its place.
    """
    st.link_button(
        OPEN,
        f"{ONE_RETURN}?{urlencode(_asked(case_key))}",
        icon=":material/open_in_new:",
        type="tertiary",
        help="In a tab of its own: the list stays as it is.",
    )


def show_return(case_key: str) -> None:
    """Offer one return to who is on its page already."""
    st.page_link(
        f"views/{ONE_RETURN}.py",
        label=OPEN,
        icon=":material/arrow_forward:",
        query_params=_asked(case_key),
    )


def _asked(case_key: str) -> dict[str, str]:
    asked = {"find": case_key}
    if FROZEN in st.query_params:
        asked[FROZEN] = st.query_params[FROZEN]
    return asked


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
