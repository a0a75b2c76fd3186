"""What somebody decides about actions, said to the ledger by name, and what became of it."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

import streamlit as st

from dashboard import ticks
from dashboard.access import Capability
from dashboard.asking import tell
from dashboard.decisions import syncs
from dashboard.doorway import allowed
from dashboard.frame import counted
from dashboard.words import ACTIONS, spoken, verbatim
from orchestration.ledger import DecisionRefusedError, IntentRecord, Ledger, LostClaimError

TOLD = "sync_told"
# Of many refusals that often are the same: the rest are counted.
MOST_TOLD = 3


class PartlyDoneError(RuntimeError):
    """Of many some were decided about and some refused; the message says how many, and why."""


def told() -> None:
    """Say what became of what a person just decided."""
    tell(TOLD)


@contextmanager
def saying(what: str, *, needs: Capability) -> Iterator[tuple[Ledger, str]]:
    """Say one thing to the ledger, by name; tell what became of it, or why it was refused."""
    who = allowed(needs).name
    try:
        with syncs() as ledger:
            yield ledger, who
    except PartlyDoneError as error:
        what = str(error)
    except (DecisionRefusedError, LostClaimError) as error:
        st.error(str(error))
        return
    st.session_state[TOLD] = what
    ticks.forget()
    st.rerun()


def each(records: Sequence[IntentRecord], say: Callable[[str], object]) -> None:
    """
    Say it of one after the other: each is a decision of its own, stays taken, and hinders none.

    Raises DecisionRefusedError where every one was refused, PartlyDoneError where some were.
    """
    refused = []
    for record in records:
        try:
            say(record.intent.intent_key)
        except (DecisionRefusedError, LostClaimError) as error:
            refused.append(_why(record, error))
    if not refused:
        return
    told = "; ".join(refused[:MOST_TOLD])
    if len(refused) > MOST_TOLD:
        told += f"; and {len(refused) - MOST_TOLD:,} more"
    if len(refused) == len(records):
        raise DecisionRefusedError(told)
    done = len(records) - len(refused)
    raise PartlyDoneError(f"{done:,} of {counted(len(records), 'action')} done. Not done: {told}.")


def written(text: str) -> str:
    """Return a reason without the space around it, or raise DecisionRefusedError for none."""
    if not text.strip():
        raise DecisionRefusedError("write the reason: whoever reads this later was not there")
    return text.strip()


def _why(record: IntentRecord, error: Exception) -> str:
    """Return why one was refused, with the name people know it by in place of its key."""
    intent = record.intent
    name = verbatim(intent.case_name or intent.case_key)
    what = f"\N{LEFT DOUBLE QUOTATION MARK}{spoken(intent.action, ACTIONS).lower()} of {name}"
    return str(error).replace(
        f"intent {intent.intent_key}", f"{what}\N{RIGHT DOUBLE QUOTATION MARK}"
    )
