"""What a person can decide about selected breaks; every decision goes to the ledger, signed."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import streamlit as st

from dashboard import selecting, ticks
from dashboard.access import Capability
from dashboard.asking import asking, confirmed, tell
from dashboard.decisions import ledger
from dashboard.doorway import allowed
from dashboard.frame import counted
from dashboard.money import spoken_amount
from dashboard.people import current_person, named
from dashboard.selecting import Selection
from dashboard.words import OWNERS, TEAMS
from orchestration.ledger import Acceptance, Decision, DecisionRefusedError, Decisions

TOLD = "decision_told"


def told() -> None:
    """Say what became of the decision that was just taken."""
    tell(TOLD)


def bar(selected: Selection) -> None:
    """Offer what may be decided about the selected breaks."""
    person = current_person()
    with st.container(horizontal=True, vertical_alignment="center"):
        st.text(f"{counted(selected.count, 'break')} selected", width="content")
        _assign(selected, person.name)
        _note(selected)
        _snooze(selected)
        if person.may(Capability.ACCEPT):
            _accept(selected)
        elif person.may(Capability.PROPOSE):
            _propose(selected)
        _resolve(selected)
        if selected.aside:
            _reopen(selected)


def spoken_decision(decision: Decision) -> str:
    """Return what a decision set, in words."""
    sets = json.loads(decision.details)["sets"]
    said = []
    if sets.get("owner"):
        said.append(f"To {OWNERS.get(sets['owner']) or named(sets['owner'])}")
    if sets.get("snoozed_until"):
        # A day that was chosen, kept as its midnight in UTC: the same day for every reader.
        day = datetime.fromisoformat(sets["snoozed_until"]).astimezone(UTC)
        said.append(f"Until {day.day} {day:%B %Y}")
    if sets.get("amount"):
        said.append(spoken_amount(Decimal(sets["amount"]), sets.get("currency")))
    said += [sets[name] for name in ("note", "reason") if sets.get(name)]
    return ". ".join(said)


def _assign(selected: Selection, name: str) -> None:
    with asking("Assign", key="assign", icon=":material/person_add:"):
        options = list(dict.fromkeys([name, *TEAMS]))
        owner = st.selectbox(
            "To whom",
            options,
            format_func=lambda owner: TEAMS.get(owner, owner),
            accept_new_options=True,
            key="assign_owner",
        )
        if confirmed("Assign", key="assign"):
            said = f"{counted(selected.count, 'break')} assigned to {owner}."
            with _decision(said) as (decisions, who):
                decisions.assign(selected.found(), owner=str(owner or ""), who=who, at=_now())


def _note(selected: Selection) -> None:
    with asking("Note", key="note", icon=":material/edit_note:"):
        text = st.text_area("Note", key="note_text")
        if confirmed("Write the note", key="note"):
            said = f"Note written on {counted(selected.count, 'break')}."
            with _decision(said) as (decisions, who):
                decisions.note(selected.found(), text=text, who=who, at=_now())


def _snooze(selected: Selection) -> None:
    with asking("Snooze", key="snooze", icon=":material/snooze:"):
        tomorrow = _now().date() + timedelta(days=1)
        day = st.date_input(
            "Until", value=tomorrow + timedelta(days=6), min_value=tomorrow, key="snooze_until"
        )
        reason = st.text_area("Why", key="snooze_reason")
        if confirmed("Snooze", key="snooze") and isinstance(day, date):
            until = datetime(day.year, day.month, day.day, tzinfo=UTC)
            said = f"{counted(selected.count, 'break')} snoozed until {day}."
            with _decision(said) as (decisions, who):
                decisions.snooze(selected.found(), until=until, reason=reason, who=who, at=_now())


def _accept(selected: Selection) -> None:
    with asking("Accept", key="accept", icon=":material/done_all:"):
        material = selected.material
        if material:
            st.caption(
                f"{material:,} of {selected.count:,} {'is' if material == 1 else 'are'} material:"
                " a second person has to agree."
            )
        reason = st.text_area("Why it may stay as it is", key="accept_reason")
        if confirmed("Accept", key="accept"):
            with _decision(None, needs=Capability.ACCEPT) as (decisions, who):
                became = decisions.accept(selected.found(), reason=reason, who=who, at=_now())
                st.session_state[TOLD] = _spoken(became)


def _propose(selected: Selection) -> None:
    with asking("Propose to accept", key="propose", icon=":material/done_all:"):
        st.caption("Somebody who may accept has to agree.")
        reason = st.text_area("Why it may stay as it is", key="propose_reason")
        if confirmed("Propose", key="propose"):
            with _decision(None, needs=Capability.PROPOSE) as (decisions, who):
                became = decisions.propose(selected.found(), reason=reason, who=who, at=_now())
                st.session_state[TOLD] = _spoken(became)


def _resolve(selected: Selection) -> None:
    with asking("Mended", key="resolve", icon=":material/build:"):
        st.caption("Set aside until the next publication shows whether it is.")
        reason = st.text_area("What was mended, and where", key="resolve_reason")
        if confirmed("It is mended", key="resolve"):
            said = f"{counted(selected.count, 'break')} said to be mended."
            with _decision(said) as (decisions, who):
                decisions.resolve(selected.found(), reason=reason, who=who, at=_now())


def _reopen(selected: Selection) -> None:
    with asking("Open again", key="reopen", icon=":material/undo:"):
        reason = st.text_area("Why", key="reopen_reason")
        if confirmed("Open again", key="reopen"):
            said = f"{counted(selected.count, 'break')} opened again."
            with _decision(said) as (decisions, who):
                decisions.reopen(selected.found(), reason=reason, who=who, at=_now())


@contextmanager
def _decision(
    said: str | None, *, needs: Capability = Capability.DECIDE
) -> Iterator[tuple[Decisions, str]]:
    """Take one decision, by name; say what became of it, or why it was refused."""
    who = allowed(needs).name
    try:
        with ledger() as decisions:
            yield decisions, who
    except DecisionRefusedError as error:
        st.error(str(error))
        return
    if said:
        st.session_state[TOLD] = said
    selecting.done()
    ticks.forget()
    st.rerun()


def _spoken(became: Acceptance) -> str:
    said = []
    if became.accepted:
        said.append(f"{counted(became.accepted, 'break')} accepted.")
    if became.proposed:
        said.append(f"{counted(became.proposed, 'break')} proposed: a second person has to agree.")
    if became.own:
        said.append(f"{counted(became.own, 'break')} you proposed yourself: another has to agree.")
    return " ".join(said)


def _now() -> datetime:
    return datetime.now(UTC)
