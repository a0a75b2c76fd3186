"""The frame of the dashboard: its settings, its menu, and the page that was asked for."""

import streamlit as st

st.set_page_config(
    page_title="Return lifecycle",
    page_icon=":material/assignment_return:",
    layout="wide",
    menu_items={"About": "Returns, reconciled between the storefront, the bank and the ERP."},
)

PAGES = [
    st.Page("pages/stages.py", title="Stages", icon=":material/timeline:", default=True),
    st.Page("pages/one_return.py", title="One return", icon=":material/search:"),
    st.Page("pages/variance.py", title="Refund variance", icon=":material/balance:"),
    st.Page("pages/exposure.py", title="Exposure", icon=":material/inventory_2:"),
    st.Page("pages/gates.py", title="Gates", icon=":material/door_front:"),
    st.Page("pages/health.py", title="Health and definitions", icon=":material/fact_check:"),
]

st.navigation(PAGES, position="top").run()
