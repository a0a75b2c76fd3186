"""What is started: it serves no address that others reach, unless people have to log in."""

from pathlib import Path

import streamlit as st
from starlette.middleware import Middleware

from dashboard.serving import OnlyWhereAllowed, refuse_unservable

app = st.App(
    Path(__file__).with_name("main.py"),
    middleware=[Middleware(OnlyWhereAllowed)],
)
refuse_unservable()
