"""The switch that stops what is sent, and what is stopped."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import streamlit as st

from dashboard.access import Capability
from dashboard.asking import asking, confirmed
from dashboard.decisions import syncs
from dashboard.people import current_person, named, readable
from dashboard.saying import saying, written
from dashboard.words import ACTIONS, spoken
from dashboard.zone import spoken_time

EVERY = "*"


def halts(stores: Sequence[str]) -> None:
    """Show what is halted, and the switch that halts."""
    with syncs() as ledger:
        found = ledger.halts()
    may_halt = current_person().may(Capability.HALT)
    for halt in found:
        with st.container(horizontal=True, vertical_alignment="center"):
            st.error(
                f"**Nothing is sent for {_scope(halt.scope)}.**",
                icon=":material/block:",
            )
            if may_halt and st.button("Resume", key=f"resume_{halt.scope}"):
                said = f"Resumed: {_scope(halt.scope)}."
                with saying(said, needs=Capability.HALT) as (ledger, who):
                    ledger.resume(halt.scope, who=who, at=datetime.now(UTC))
        # A reason is a person's own words: two dollars in it are no formula.
        st.text(f"{named(halt.who)} halted it on {spoken_time(halt.at)}: {readable(halt.reason)}")
    if may_halt:
        _switch(stores)


def _switch(stores: Sequence[str]) -> None:
    with asking("Stop sending", key="halt", icon=":material/block:"):
        st.caption("From now on nothing more is sent there; a call on its way comes to its end.")
        store = st.selectbox(
            "Store", [EVERY, *stores], format_func=_any("Every store"), key="halt_store"
        )
        action = st.selectbox(
            "Action",
            [EVERY, *ACTIONS],
            format_func=lambda code: "Every action" if code == EVERY else spoken(code, ACTIONS),
            key="halt_action",
        )
        reason = st.text_area("Why", key="halt_reason")
        if confirmed("Stop", key="halt"):
            with saying("Stopped.", needs=Capability.HALT) as (ledger, who):
                scope, why = f"{store}/{action}", written(reason)
                ledger.halt(scope, who=who, reason=why, at=datetime.now(UTC))


def _scope(scope: str) -> str:
    store, _, action = scope.partition("/")
    what = "every action" if action == EVERY else spoken(action, ACTIONS).lower()
    return f"{what} of {'every store' if store == EVERY else store}"


def _any(every: str) -> Any:  # noqa: ANN401 - Streamlit takes any function of a choice
    return lambda code: every if code == EVERY else code
