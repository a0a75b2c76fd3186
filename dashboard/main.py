"""The frame of the dashboard: its settings, its door, its menu, and the page asked for."""

import streamlit as st
from streamlit.navigation.page import StreamlitPage

from dashboard import places
from dashboard.access import Capability
from dashboard.doorway import admitted

st.set_page_config(
    page_title="Return lifecycle",
    # A character of its own: for a symbol the browser would ask a server outside.
    page_icon="\N{LEFTWARDS ARROW WITH HOOK}\N{VARIATION SELECTOR-16}",
    layout="wide",
    menu_items={"About": "Returns, reconciled between the storefront, the bank and the ERP."},
)

# Not a folder named `pages`: Streamlit would serve its files by itself, without this frame, to
# whoever follows a link before anybody has opened the first page.
FILES = (
    ("close", "Close", "task_alt"),
    ("breaks", "Breaks", "checklist"),
    ("variance", "Variance", "balance"),
    ("stages", "Stages", "timeline"),
    ("exposure", "Exposure", "inventory_2"),
    ("one_return", "One return", "search"),
    ("diagnostics", "Diagnostics", "monitoring"),
    ("accruals", "Accruals", "account_balance"),
    ("gates", "Gates and syncs", "door_front"),
    ("health", "Definitions", "fact_check"),
)
ONE_RETURN = "one_return"


def menu(*, is_whole: bool) -> list[StreamlitPage]:
    """Return every page: what is not in somebody's menu still answers, with a refusal."""
    return [
        st.Page(
            f"views/{name}.py",
            title=title,
            icon=f":material/{icon}:",
            default=name == "close",
            visibility="visible" if is_whole or name == ONE_RETURN else "hidden",
        )
        for name, title, icon in FILES
    ]


# The addresses are known before it is known who asks: they are kept while somebody logs in.
page = st.navigation(menu(is_whole=True), position="hidden")
person = admitted()
if person.may(Capability.READ):
    page = st.navigation(menu(is_whole=True), position="top")
else:
    page = st.navigation(menu(is_whole=False), position="top")
    if page.url_path == "":
        st.switch_page(f"views/{ONE_RETURN}.py")
# Of several tabs each says which page it holds.
st.set_page_config(page_title=f"{page.title} \N{EM DASH} Return lifecycle")
places.take_up(page)
page.run()
places.leave(page)
