"""What people say about syncs: yes or no as a second person, what they found out, and stop."""

from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import partial
from typing import Any

import pyarrow as pa
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from dashboard import tables, ticks
from dashboard.access import Capability
from dashboard.asking import asking, confirmed, tell
from dashboard.decisions import syncs
from dashboard.doorway import allowed
from dashboard.downloads import Whole
from dashboard.frame import counted
from dashboard.marts.source import BATCH_ROWS, PAGE_ROWS
from dashboard.people import current_person, named, readable
from dashboard.tables import Column, Kind
from dashboard.words import ACTIONS, spoken
from dashboard.zone import spoken_time
from orchestration.ledger import DecisionRefusedError, IntentRecord, Ledger, LostClaimError, State

TOLD = "sync_told"
NOT_KNOWN = (State.UNKNOWN, State.SENT)
EVERY = "*"
SCHEMA = pa.schema(
    [
        ("intent_key", pa.string()),
        ("created_at", pa.timestamp("us", tz="UTC")),
        ("action", pa.string()),
        ("case_name", pa.string()),
        ("store", pa.string()),
        ("sku", pa.string()),
        ("quantity", pa.int64()),
        ("currency", pa.string()),
        ("amount", pa.decimal128(38, 4)),
        ("who", pa.string()),
        ("message", pa.string()),
    ]
)
INTENTS = (
    Column("created_at", "Planned", Kind.INSTANT),
    Column("action", "Action", Kind.WORD, words=ACTIONS),
    Column("case_name", "Return"),
    Column("store", "Store"),
    Column("sku", "SKU"),
    Column("quantity", "Units", Kind.COUNT),
    Column("currency", "Currency"),
    Column("amount", "Amount", Kind.MONEY),
    Column("who", "Planned by", Kind.PERSON),
)
SAID = (Column("message", "What is known", width=320),)


class PartlyDoneError(RuntimeError):
    """Some of many were decided about before one was refused; the message says how many."""


def told() -> None:
    """Say what became of what a person just decided."""
    tell(TOLD)


def counts(cards: Sequence[DeltaGenerator], store: str | None) -> None:
    """Show how many intents wait for a person, and of how many the outcome is unknown."""
    with syncs() as ledger:
        found = ledger.counts(store=store)
    waiting, unknown = cards
    waiting.metric(
        "Wait for approval",
        f"{found.get(State.PLANNED, 0):,}",
        border=True,
        help="Planned, and not sent before somebody else says yes.",
    )
    unknown.metric(
        "Outcome unknown",
        f"{found.get(State.UNKNOWN, 0) + found.get(State.SENT, 0):,}",
        border=True,
        help="Sent, and not yet known to have happened: read back, never repeated on faith.",
    )


def halts(stores: Sequence[str]) -> None:
    """Show what is halted, and the switch that halts."""
    with syncs() as ledger:
        found = ledger.halts()
    may_halt = current_person().may(Capability.HALT)
    for halt in found:
        with st.container(horizontal=True, vertical_alignment="center"):
            st.error(
                f"**Nothing is sent for {_scope(halt.scope)}.** {named(halt.who)} halted it on"
                f" {spoken_time(halt.at)}: {readable(halt.reason)}",
                icon=":material/block:",
            )
            if may_halt and st.button("Resume", key=f"resume_{halt.scope}"):
                said = f"Resumed: {_scope(halt.scope)}."
                with _said(said, needs=Capability.HALT) as (ledger, who):
                    ledger.resume(halt.scope, who=who, at=_now())
    if may_halt:
        _switch(stores)


def waiting(store: str | None) -> None:
    """List what waits for a second person, who may say yes or no."""
    with syncs() as ledger:
        total = ledger.counts(store=store).get(State.PLANNED, 0)
    if not total:
        return
    st.subheader(f"{counted(total, 'action')} wait for a second person", anchor=False)
    number = tables.page_of(total, key="waiting_page", noun="Actions")
    found = _page([State.PLANNED], number, store=store)
    spot = st.container()
    selected = tables.choose(
        _rows(found),
        INTENTS,
        key="waiting",
        title="Actions that wait for approval",
        whole=Whole(partial(_all, [State.PLANNED], store=store), total),
    )
    picked = [found[position] for position in selected]
    if picked and current_person().may(Capability.APPROVE):
        with spot.container(horizontal=True, vertical_alignment="center"):
            _verdict(picked)


def unknown(store: str | None) -> None:
    """List what was sent without a known outcome, and let a person say what they found out."""
    with syncs() as ledger:
        counts = ledger.counts(store=store)
    total = sum(counts.get(state, 0) for state in NOT_KNOWN)
    if not total:
        return
    st.subheader(f"Of {counted(total, 'action')} the outcome is not known", anchor=False)
    number = tables.page_of(total, key="unknown_page", noun="Actions")
    found = _page(NOT_KNOWN, number, store=store)
    selected = tables.choose(
        _rows(found),
        INTENTS + SAID,
        key="unknown",
        title="Actions with an unknown outcome",
        whole=Whole(partial(_all, NOT_KNOWN, store=store), total),
    )
    settled = [found[place] for place in selected if found[place].state is State.UNKNOWN]
    if settled and current_person().may(Capability.APPROVE):
        with asking("I looked it up", key="settle", icon=":material/fact_check:"):
            note = st.text_area("What was found, and where", key="settle_note")
            for label, is_applied in (("It happened", True), ("It did not happen", False)):
                if confirmed(label, key=f"settle_{is_applied}", weight="secondary"):
                    end = "settled" if is_applied else "settled and planned again"
                    said = f"{counted(len(settled), 'action')} {end}."
                    with _said(said, needs=Capability.APPROVE) as (ledger, who):
                        _settle(ledger, settled, is_applied=is_applied, who=who, note=note)


def _page(states: Collection[State], number: int, *, store: str | None) -> list[IntentRecord]:
    skipped = (number - 1) * PAGE_ROWS
    with syncs() as ledger:
        return ledger.page(states, limit=PAGE_ROWS, skipped=skipped, store=store)


def _all(states: Collection[State], *, store: str | None) -> Iterator[pa.Table]:
    """Yield every intent of these states, a batch at a time."""
    skipped = 0
    with syncs() as ledger:
        while found := ledger.page(states, limit=BATCH_ROWS, skipped=skipped, store=store):
            yield _rows(found)
            skipped += len(found)


def _verdict(picked: Sequence[IntentRecord]) -> None:
    many = counted(len(picked), "action")
    st.text(f"{many} selected", width="content")
    if st.button("Approve", key="approve", icon=":material/check:", type="primary"):
        with _said(f"{many} approved.", needs=Capability.APPROVE) as (ledger, who):
            _each(picked, lambda key: ledger.approve(key, who=who, at=_now()))
    with asking("Refuse", key="refuse", icon=":material/close:"):
        note = st.text_area("Why", key="refuse_note")
        if confirmed("Refuse", key="refuse"):
            with _said(f"{many} refused.", needs=Capability.APPROVE) as (ledger, who):
                why = _written(note)
                _each(picked, lambda key: ledger.refuse(key, who=who, note=why, at=_now()))


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
            with _said("Stopped.", needs=Capability.HALT) as (ledger, who):
                scope, why = f"{store}/{action}", _written(reason)
                ledger.halt(scope, who=who, reason=why, at=_now())


@contextmanager
def _said(what: str, *, needs: Capability) -> Iterator[tuple[Ledger, str]]:
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


def _each(records: Sequence[IntentRecord], say: Callable[[str], object]) -> None:
    """Say it of one after the other: each is a decision of its own, and stays taken."""
    for done, record in enumerate(records):
        try:
            say(record.intent.intent_key)
        except (DecisionRefusedError, LostClaimError) as error:
            if not done:
                raise
            raise PartlyDoneError(f"{done} of {len(records)} done; the next: {error}") from error


def _settle(
    ledger: Ledger, records: Sequence[IntentRecord], *, is_applied: bool, who: str, note: str
) -> None:
    said = _written(note)
    _each(
        records,
        lambda key: ledger.settle(key, is_applied=is_applied, who=who, note=said, at=_now()),
    )


def _written(text: str) -> str:
    if not text.strip():
        raise DecisionRefusedError("write the reason: whoever reads this later was not there")
    return text.strip()


def _rows(records: Sequence[IntentRecord]) -> pa.Table:
    return pa.Table.from_pylist([_row(record) for record in records], schema=SCHEMA)


def _row(record: IntentRecord) -> dict[str, Any]:
    names = ("action", "case_name", "store", "sku", "quantity", "currency", "amount")
    return {
        "intent_key": record.intent.intent_key,
        **{name: getattr(record.intent, name) for name in names},
        "created_at": record.created_at,
        "who": record.proposed_by or record.run_id,
        "message": record.message,
    }


def _scope(scope: str) -> str:
    store, _, action = scope.partition("/")
    what = "every action" if action == EVERY else spoken(action, ACTIONS).lower()
    return f"{what} of {'every store' if store == EVERY else store}"


def _any(every: str) -> Any:  # noqa: ANN401 - Streamlit takes any function of a choice
    return lambda code: every if code == EVERY else code


def _now() -> datetime:
    return datetime.now(UTC)
