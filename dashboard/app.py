"""What is started: it serves no address that others reach, unless people have to log in."""

import sys
from pathlib import Path

import streamlit as st
from starlette.middleware import Middleware

from dashboard.serving import OnlyWhereAllowed, announce, refuse_unservable

app = st.App(
    Path(__file__).with_name("main.py"),
    middleware=[Middleware(OnlyWhereAllowed)],
)
refuse_unservable()
if Path(sys.argv[0]).resolve() == Path(__file__).resolve():  # else another server says where
    announce()
