"""What support reads out about one return, and what it needs beside that."""

from collections.abc import Sequence

import streamlit as st

from dashboard.actors import Todo, next_actor
from dashboard.marts import breaks, cases
from dashboard.marts.breaks import Break
from dashboard.people import named
from dashboard.publication import Pointer
from dashboard.sentences import customer_sentence
from dashboard.words import OWNERS, REASONS, spoken
from dashboard.zone import spoken_day

# Of these breaks a return has at most one each, and they are why its money does not move.
ABOUT_MONEY = ("money", "payout")


def headline(pointer: Pointer, case: cases.Case, found: Sequence[Break]) -> None:
    """Show the sentence to read out, what support needs beside it, and who mends what is wrong."""
    with st.container(border=True):
        st.caption("Tell the customer")
        st.markdown(f"## {customer_sentence(case, day=spoken_day)}")
    name, customer, next_, bank = st.columns(4)
    with name:
        st.caption("Return, order, RMA")
        st.text(" · ".join(_names(case)))
    with customer:
        st.caption("Customer")
        st.text(_customer(pointer, case))
    with next_:
        st.caption("Who is next")
        st.text(next_actor(case, _todo(found)))
        held = case["hold_reasons"]
        if case["current_stage"] == "awaiting_payout" and isinstance(held, list):
            st.caption("; ".join(spoken(code, REASONS) for code in held))
    with bank:
        st.caption("Bank reference")
        st.text(_bank_reference(case))


def spoken_owner(owner: object) -> str:
    """Return whose a break is: a team by its name, a person as the reader may see it."""
    return OWNERS.get(str(owner)) or named(str(owner))


def _todo(found: Sequence[Break]) -> list[Todo]:
    return [
        Todo(spoken_owner(one["owner"]), str(one["next_step"]), one["subject"] in ABOUT_MONEY)
        for one in found
        if one["team"] != breaks.NOBODY
    ]


def _names(case: cases.Case) -> list[str]:
    names = (case["case_name"], case["order_name"], case["rma_number"])
    return [str(name) for name in dict.fromkeys(names) if name]


def _bank_reference(case: cases.Case) -> str:
    if case["bank_reference"]:
        return str(case["bank_reference"])
    return "None given by the bank" if case["paid_amount"] else "None: nothing was paid"


def _customer(pointer: Pointer, case: cases.Case) -> str:
    """A person's e-mail has landed masked; a company goes by its key in the ERP."""
    name = cases.customer(pointer, case)
    return named(name) if name else "Not known"
