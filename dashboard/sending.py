"""What people say about syncs: yes or no as a second person, and what they found out."""

from collections.abc import Collection, Iterator, Sequence
from datetime import UTC, datetime
from functools import partial
from typing import Any

import pyarrow as pa
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from dashboard import tables
from dashboard.access import Capability
from dashboard.asking import asking, confirmed
from dashboard.decisions import syncs
from dashboard.downloads import Whole
from dashboard.frame import counted
from dashboard.marts.source import BATCH_ROWS, PAGE_ROWS
from dashboard.people import current_person
from dashboard.saying import each, saying, written
from dashboard.tables import Column, Kind
from dashboard.words import ACTIONS
from orchestration.ledger import IntentRecord, Ledger, State

NOT_KNOWN = (State.UNKNOWN, State.SENT)
# What a run planned, nobody did.
RUN = "a run"
PLANNERS = {RUN: "A run"}
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
    Column("who", "Planned by", Kind.PERSON, words=PLANNERS),
)
SAID = (Column("message", "What is known", width=320),)


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


def waiting(store: str | None) -> None:
    """List what waits for a second person, who may say yes or no."""
    with syncs() as ledger:
        total = ledger.counts(store=store).get(State.PLANNED, 0)
    if not total:
        return
    waits = "waits" if total == 1 else "wait"
    st.header(f"{counted(total, 'action')} {waits} for a second person", anchor=False)
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
    st.header(f"Of {counted(total, 'action')} the outcome is not known", anchor=False)
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
                    with saying(said, needs=Capability.APPROVE) as (ledger, who):
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
        with saying(f"{many} approved.", needs=Capability.APPROVE) as (ledger, who):
            each(picked, lambda key: ledger.approve(key, who=who, at=_now()))
    with asking("Refuse", key="refuse", icon=":material/close:"):
        note = st.text_area("Why", key="refuse_note")
        if confirmed("Refuse", key="refuse"):
            with saying(f"{many} refused.", needs=Capability.APPROVE) as (ledger, who):
                why = written(note)
                each(picked, lambda key: ledger.refuse(key, who=who, note=why, at=_now()))


def _settle(
    ledger: Ledger, records: Sequence[IntentRecord], *, is_applied: bool, who: str, note: str
) -> None:
    said = written(note)
    each(
        records,
        lambda key: ledger.settle(key, is_applied=is_applied, who=who, note=said, at=_now()),
    )


def _rows(records: Sequence[IntentRecord]) -> pa.Table:
    return pa.Table.from_pylist([_row(record) for record in records], schema=SCHEMA)


def _row(record: IntentRecord) -> dict[str, Any]:
    names = ("action", "case_name", "store", "sku", "quantity", "currency", "amount")
    return {
        "intent_key": record.intent.intent_key,
        **{name: getattr(record.intent, name) for name in names},
        "created_at": record.created_at,
        "who": _planner(record),
        "message": record.message,
    }


def _planner(record: IntentRecord) -> str:
    is_of_run = record.proposed_by in (None, record.run_id)
    return RUN if is_of_run else str(record.proposed_by)


def _now() -> datetime:
    return datetime.now(UTC)
