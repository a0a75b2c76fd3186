"""What was ticked belongs to the rows that were shown."""

import pytest
from streamlit.testing.v1 import AppTest


def shown():
    """A page with a table of cases, of which some may be ticked."""
    import pyarrow as pa
    import streamlit as st

    from dashboard import ticks

    rows = pa.table({"case_key": st.session_state["cases"]})
    st.session_state["drawn"] = ticks.of_rows(rows, key="cases")


@pytest.fixture
def page():
    """Two cases on a page, of which the second was ticked."""
    app = AppTest.from_function(shown)
    app.session_state["cases"] = ["a", "b"]
    app.run()
    app.session_state[app.session_state["drawn"]] = {"selection": {"rows": [1]}}
    return app


def test_ticks_stay_while_the_rows_do(page):
    drawn = page.session_state["drawn"]

    page.run()

    assert page.session_state["drawn"] == drawn
    assert not page.warning


def test_where_other_rows_stand_none_is_ticked_and_the_page_says_so(page):
    drawn = page.session_state["drawn"]
    page.session_state["cases"] = ["c", "b"]

    page.run()

    assert page.session_state["drawn"] != drawn
    assert "tick again" in page.warning[0].value


def test_rows_that_move_because_they_were_decided_about_need_no_word(page):
    from dashboard.ticks import FORGOTTEN

    page.session_state["cases"] = ["c"]
    page.session_state[FORGOTTEN] = True

    page.run()

    assert not page.warning
