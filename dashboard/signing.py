"""The sign-off of a period: it freezes its publication, and hands out the evidence."""

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from decimal import Decimal
from functools import partial
from typing import Any

import streamlit as st

from dashboard import downloads, evidence
from dashboard.access import Capability
from dashboard.asking import asking, confirmed
from dashboard.closing import Readiness, Verdict
from dashboard.decisions import ledger
from dashboard.doorway import allowed
from dashboard.frame import counted, is_frozen
from dashboard.marts import packs
from dashboard.marts.close import Period
from dashboard.marts.source import Scope
from dashboard.money import spoken_amount
from dashboard.people import current_person, named, readable
from dashboard.places import FROZEN
from dashboard.publication import Pointer
from dashboard.zone import spoken_month, spoken_time
from orchestration.ledger import DecisionRefusedError, SignOff

ALL, SEEN = "all", "sign_off_seen"


def sign_off_of(period: Period, narrowed: Scope) -> SignOff | None:
    """Return the sign-off of a period, for the chosen store or for all of them."""
    with ledger() as decisions:
        closes = {(close.period, close.store): close for close in decisions.sign_offs()}
    return closes.get((period.name, narrowed.store or ALL)) or closes.get((period.name, ALL))


def close_of(
    pointer: Pointer,
    narrowed: Scope,
    period: Period,
    *,
    signed: SignOff | None,
    ready: Readiness,
    open_breaks: Sequence[dict[str, Any]],
) -> None:
    """Show who closed the period and on what, or let it be closed; and offer the evidence."""
    store = narrowed.store or ALL
    with st.container(horizontal=True, vertical_alignment="center"):
        if signed is not None:
            is_same = signed.publication_id == pointer.id or signed.store != store
            moved = "" if is_same else _since_closed(signed, ready, open_breaks)
            _signed(signed, pointer, moved)
        else:
            _unsigned(pointer, store, period, ready=ready, open_breaks=open_breaks)
        downloads.evidence(
            partial(evidence.pack, pointer, narrowed, period, ready),
            name=f"evidence-{period.name}-{store}.xlsx",
        )


def _signed(signed: SignOff, pointer: Pointer, moved: str) -> None:
    month, whom = spoken_month(signed.period), _whom(signed.store)
    st.text(
        f"{month} was closed for {whom} by {named(signed.who)} on {spoken_time(signed.at)}:"
        f" {readable(signed.note)}{moved}",
        width="stretch",
    )
    if signed.publication_id != pointer.id:
        st.page_link(
            "views/close.py",
            label="As it was closed",
            icon=":material/lock:",
            query_params={
                FROZEN: signed.publication_id,
                "period": signed.period,
                "store": signed.store,
            },
            width="content",
        )
    if current_person().may(Capability.SIGN_OFF):
        with asking(f"Open it again for {whom}", key="withdraw", icon=":material/lock_open:"):
            reason = st.text_area("Why", key="withdraw_reason")
            if confirmed("Take the close back", key="withdraw", weight="secondary"):
                _withdraw(signed, reason)


def _since_closed(signed: SignOff, ready: Readiness, open_breaks: Sequence[dict[str, Any]]) -> str:
    """Say where these numbers differ from those that were closed; nothing where they do not."""
    facts = json.loads(signed.facts)
    then = _state(facts["tied"], facts["controls"], facts["breaks_carried"])
    now = _state(ready.tied, ready.controls, open_breaks)
    if then == now:
        return ""
    return f"\nIt was closed with {then}. These numbers have {now}."


def _state(tied: int, controls: int, open_breaks: Sequence[dict[str, Any]]) -> str:
    """Return what a close rests on; amounts were kept as text, and in every currency."""
    breaks = counted(sum(row["breaks"] for row in open_breaks), "break")
    money = " and ".join(
        spoken_amount(Decimal(row["amount"]), row["currency"]) for row in open_breaks
    )
    over = f" over {money}" if money else ""
    return f"{tied:,} of {counted(controls, 'control')} tied and {breaks} to do{over}"


def _unsigned(
    pointer: Pointer,
    store: str,
    period: Period,
    *,
    ready: Readiness,
    open_breaks: Sequence[dict[str, Any]],
) -> None:
    month = spoken_month(period.name)
    person = current_person()
    if is_frozen():
        st.text("An earlier publication cannot be signed off.", width="stretch")
        return
    if ready.verdict is not Verdict.TIED:
        st.text(f"{month} can be signed off once it is tied.", width="stretch")
        return
    if not person.may(Capability.SIGN_OFF):
        st.text(f"{month} waits for somebody who may sign it off.", width="stretch")
        return
    whom = _whom(store)
    st.text(f"{month} is still open: nobody has signed it off for {whom}.", width="stretch")
    is_unseen = _is_unseen((pointer.id, period.name, store, repr(open_breaks)))
    with asking(f"Sign off {month}", key="sign_off", icon=":material/verified:", weight="primary"):
        st.caption(
            f"You close {month} for {whom} as {person.name}. This publication is kept for ever."
        )
        to_do = sum(row["breaks"] for row in open_breaks)
        carried = f"Say why {counted(to_do, 'break')} may be carried forward" if to_do else "Note"
        note = st.text_area(carried, key="sign_off_note")
        if confirmed("Close the period", key="sign_off"):
            said = note.strip() or ("" if to_do else "No break is left to do.")
            if is_unseen:
                st.error("New numbers or decisions came while you looked: read them, then close.")
                return
            _sign(pointer, store, period, said, ready=ready, open_breaks=open_breaks)


def _whom(store: str) -> str:
    return "every store" if store == ALL else f"store {store}"


def _is_unseen(now: tuple[str, ...]) -> bool:
    """Whether what would be closed is not what the page showed last."""
    seen = st.session_state.get(SEEN, now)
    st.session_state[SEEN] = now
    return bool(seen != now)


def _sign(
    pointer: Pointer,
    store: str,
    period: Period,
    note: str,
    *,
    ready: Readiness,
    open_breaks: Sequence[dict[str, Any]],
) -> None:
    if not note:
        st.error("Write why these breaks may be carried forward.")
        return
    person = allowed(Capability.SIGN_OFF)
    facts = {"controls": ready.controls, "tied": ready.tied, "breaks_carried": open_breaks}
    sign_off = SignOff(
        period=period.name,
        store=store,
        publication_id=pointer.id,
        publication_sha256=packs.file_sha256(pointer.file),
        who=person.name,
        at=datetime.now(UTC),
        note=note,
        facts=json.dumps(facts, default=str),
    )
    try:
        with ledger() as decisions:
            decisions.sign_off(sign_off)
    except DecisionRefusedError as error:
        st.error(str(error))
        return
    st.rerun()


def _withdraw(signed: SignOff, reason: str) -> None:
    person = allowed(Capability.SIGN_OFF)
    try:
        with ledger() as decisions:
            decisions.withdraw(
                period=signed.period,
                store=signed.store,
                reason=reason,
                who=person.name,
                at=datetime.now(UTC),
            )
    except DecisionRefusedError as error:
        st.error(str(error))
        return
    st.rerun()
