"""What is started: it serves no address that others reach, unless people have to log in."""

import gc
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
# Streamlit collects garbage after each run of a page, while the next one waits: what is loaded by
# now is there to stay, and need not be looked through each time.
gc.collect()
gc.freeze()
if Path(sys.argv[0]).resolve() == Path(__file__).resolve():  # else another server says where
    announce()
