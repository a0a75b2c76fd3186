"""What each page was narrowed to when it was left: the menu leads there again."""

import streamlit as st
from streamlit.navigation.page import StreamlitPage

SHOWN, LEFT, CARRIED = "page_shown", "addresses_left", "narrowed_everywhere"
# An address with this in it shows a publication that is kept: a closed period as it was closed.
FROZEN = "publication"
# Whoever looks at an earlier publication stays in it, on whatever page.
KEPT, STORE, MONEY = (FROZEN,), (FROZEN, "store"), (FROZEN, "store", "currency")
# What goes with its reader from page to page, by the pages' addresses; the first page has none.
SHARED = {
    "": MONEY,
    "breaks": MONEY,
    "variance": MONEY,
    "stages": STORE,
    "exposure": MONEY,
    "one_return": KEPT,
    "diagnostics": MONEY,
    "accruals": MONEY,
    "gates": STORE,
    "health": KEPT,
}


def take_up(page: StreamlitPage) -> None:
    """
    Go on where this page was left, in what is looked at by now: store, currency, publication.

    Streamlit forgets a page's filters as soon as another is shown, and puts an address without
    them between the two. An address that asks for something of the page's own counts as it is.
    """
    is_come_to = st.session_state.get(SHOWN, page.url_path) != page.url_path
    st.session_state[SHOWN] = page.url_path
    asked = st.query_params.to_dict()
    if is_come_to and asked.keys() <= set(MONEY):
        left = st.session_state.get(LEFT, {}).get(page.url_path, {})
        carried = st.session_state.get(CARRIED, {})
        own = {key: value for key, value in left.items() if key not in MONEY}
        shared = {key: carried[key] for key in SHARED.get(page.url_path, ()) if key in carried}
        if (wanted := own | shared | asked) != asked:
            st.switch_page(page, query_params=wanted)
    # Who is quick leaves a page before it is whole.
    leave(page)


def leave(page: StreamlitPage) -> None:
    """Keep what the address says of this page, which is all that it is narrowed to."""
    asked = st.query_params.to_dict()
    st.session_state.setdefault(LEFT, {})[page.url_path] = asked
    carried = st.session_state.setdefault(CARRIED, {})
    for key in SHARED.get(page.url_path, ()):
        carried.pop(key, None)
        if key in asked:
            carried[key] = asked[key]
