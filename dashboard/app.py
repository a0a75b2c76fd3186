"""What is started: it serves no address that others reach, unless people have to log in."""

import sys
from pathlib import Path

import streamlit as st
from starlette.middleware import Middleware

# Loaded before anybody asks: the first reader would wait for what charts and workbooks need.
from dashboard import bridges, evidence, sending, signing  # noqa: F401
from dashboard.returning import BackToAsked
from dashboard.serving import OnlyWhereAllowed, announce, refuse_unservable

app = st.App(
    Path(__file__).with_name("main.py"),
    middleware=[Middleware(OnlyWhereAllowed), Middleware(BackToAsked)],
)
refuse_unservable()
if Path(sys.argv[0]).resolve() == Path(__file__).resolve():  # else another server says where
    announce()
