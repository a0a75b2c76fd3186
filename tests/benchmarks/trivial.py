"""The page that others are compared with: a figure, and nothing asked of anybody."""

import streamlit as st

st.set_page_config(page_title="Trivial", layout="wide")
st.title("Is anything here?", anchor=False)
st.metric("Figures", "1", border=True)
