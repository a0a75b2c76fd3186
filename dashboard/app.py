"""The frame of the dashboard: its settings, its menu, and the page that was asked for."""

import streamlit as st

st.set_page_config(
    page_title="Return lifecycle",
    # A character of its own: for a symbol the browser would ask a server outside.
    page_icon="\N{LEFTWARDS ARROW WITH HOOK}\N{VARIATION SELECTOR-16}",
    layout="wide",
    menu_items={"About": "Returns, reconciled between the storefront, the bank and the ERP."},
)

# Not a folder named `pages`: Streamlit would serve its files by itself, without this frame, to
# whoever follows a link before anybody has opened the first page.
PAGES = [
    st.Page("views/close.py", title="Close", icon=":material/task_alt:", default=True),
    st.Page("views/breaks.py", title="Breaks", icon=":material/checklist:"),
    st.Page("views/variance.py", title="Variance", icon=":material/balance:"),
    st.Page("views/stages.py", title="Stages", icon=":material/timeline:"),
    st.Page("views/exposure.py", title="Exposure", icon=":material/inventory_2:"),
    st.Page("views/one_return.py", title="One return", icon=":material/search:"),
    st.Page("views/diagnostics.py", title="Diagnostics", icon=":material/monitoring:"),
    st.Page("views/accruals.py", title="Accruals", icon=":material/account_balance:"),
    st.Page("views/gates.py", title="Gates and syncs", icon=":material/door_front:"),
    st.Page("views/health.py", title="Definitions", icon=":material/fact_check:"),
]

st.navigation(PAGES, position="top").run()
