"""Decisions of people: who may say what, what stays, and what is noticed."""

import json
import sqlite3
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from orchestration.extract.streams import STREAMS, System
from orchestration.ledger import (
    Acceptance,
    DecisionRefusedError,
    Decisions,
    FoundBreak,
    SignOff,
    Topic,
)
from tests.ledger.fresh import fresh_ledger_file

NOW = datetime(2026, 3, 20, 9, tzinfo=UTC)
SMALL = FoundBreak(
    break_key="b1",
    case_name="#1001-R1",
    break_type="tax",
    amount=Decimal("3.10"),
    currency="USD",
    materiality_amount=Decimal(50),
    publication_id="p1",
)
LARGE = replace(SMALL, break_key="b2", amount=Decimal("50.00"))
CLOSE = SignOff(
    period="2026-02",
    store="all",
    publication_id="p1",
    publication_sha256="0" * 64,
    who="ann",
    at=NOW,
    note="Two cut-offs carried forward.",
    facts="{}",
)


@pytest.fixture
def decisions(url):
    with Decisions(url) as opened:
        yield opened


@pytest.fixture
def kept(file):
    """Decisions that a test may tamper with as a file."""
    with Decisions(fresh_ledger_file(file)) as opened:
        opened.assign([SMALL], owner="tax team", who="ann", at=NOW)
        opened.snooze([SMALL], until=NOW + timedelta(1), reason="Asked.", who="ann", at=NOW)
        opened.reopen([SMALL], reason="Answered.", who="ann", at=NOW)
        yield opened


def state(decisions, key):
    return next(state for state in decisions.states() if state.break_key == key)


def test_one_person_accepts_what_is_below_the_limit(decisions):
    told = decisions.accept([SMALL], reason="Known rate change.", who="ann", at=NOW)

    assert told == Acceptance(accepted=1)
    assert state(decisions, "b1").status == "accepted"


def test_at_the_limit_it_takes_a_second_person(decisions):
    first = decisions.accept([LARGE], reason="Goodwill.", who="ann", at=NOW)
    assert (first, state(decisions, "b2").status) == (Acceptance(proposed=1), "open")

    own = decisions.accept([LARGE], reason="Goodwill.", who="Ann ", at=NOW)
    assert (own, state(decisions, "b2").status) == (Acceptance(own=1), "open")

    second = decisions.accept([LARGE], reason="Agreed.", who="bob", at=NOW)
    assert (second, state(decisions, "b2").status) == (Acceptance(accepted=1), "accepted")
    assert state(decisions, "b2").proposed_by == "ann"


def test_a_proposal_for_another_amount_is_no_proposal(decisions):
    decisions.accept([LARGE], reason="Goodwill.", who="ann", at=NOW)
    grown = replace(LARGE, amount=Decimal("80.00"))

    assert decisions.accept([grown], reason="Agreed.", who="bob", at=NOW) == Acceptance(proposed=1)


@pytest.mark.parametrize("unknown", ["amount", "materiality_amount"])
def test_what_cannot_be_compared_with_a_limit_is_material(unknown):
    assert replace(SMALL, **{unknown: None}).is_material


def test_a_proposal_takes_somebody_else_below_the_limit_too(decisions):
    first = decisions.propose([SMALL], reason="Goodwill.", who="ann", at=NOW)
    again = decisions.propose([SMALL], reason="Goodwill.", who="Ann ", at=NOW)
    own = decisions.accept([SMALL], reason="Goodwill.", who="ann", at=NOW)
    assert (first, again, own) == (Acceptance(proposed=1), Acceptance(own=1), Acceptance(own=1))
    assert state(decisions, "b1").status == "open"

    agreed = decisions.accept([SMALL], reason="Agreed.", who="bob", at=NOW)
    assert agreed == Acceptance(accepted=1)


def test_a_bulk_decision_is_whole_and_in_order_however_many_it_is_about(decisions):
    many = [replace(SMALL, break_key=f"m{place}") for place in range(1_203)]
    decisions.note(many[:700], text="Known.", who="ann", at=NOW)
    told = decisions.accept(iter(many), reason="Rounding.", who="bob", at=NOW)

    assert told == Acceptance(accepted=1_203)
    assert [one.subject for one in decisions.history()[700:]] == [one.break_key for one in many]
    assert {state.status for state in decisions.states()} == {"accepted"}
    assert decisions.verify() == ()


def test_a_bulk_decision_that_cannot_go_on_leaves_nothing_behind(decisions):
    def found():
        yield from (replace(SMALL, break_key=f"m{place}") for place in range(900))
        raise DecisionRefusedError("others were looked at")

    with pytest.raises(DecisionRefusedError):
        decisions.accept(found(), reason="Rounding.", who="bob", at=NOW)
    assert (decisions.history(), decisions.states(), decisions.version()) == ([], [], 0)


def test_a_proposal_never_accepts_what_somebody_else_proposed(decisions):
    decisions.propose([LARGE], reason="Goodwill.", who="ann", at=NOW)
    assert decisions.propose([LARGE], reason="So do I.", who="bob", at=NOW) == Acceptance(
        proposed=1
    )
    assert state(decisions, "b2").status == "open"


def test_a_snooze_ends_a_proposal_and_names_its_day_and_reason(decisions):
    decisions.accept([LARGE], reason="Goodwill.", who="ann", at=NOW)
    until = NOW + timedelta(days=7)
    decisions.snooze([LARGE], until=until, reason="Credit memo on its way.", who="ann", at=NOW)

    found = state(decisions, "b2")
    assert (found.status, found.snoozed_until, found.proposed_by) == ("snoozed", until, None)


def test_a_snooze_into_the_past_or_without_a_reason_is_refused_whole(decisions):
    with pytest.raises(DecisionRefusedError, match="a day to come"):
        decisions.snooze([SMALL], until=NOW, reason="x", who="ann", at=NOW)
    with pytest.raises(DecisionRefusedError, match="write the reason"):
        decisions.snooze([SMALL], until=NOW + timedelta(1), reason=" ", who="ann", at=NOW)
    assert decisions.version() == 0


def test_owner_and_note_stay_when_the_status_moves(decisions):
    decisions.assign([SMALL, LARGE], owner="tax team", who="ann", at=NOW)
    decisions.note([SMALL], text="Asked the tax team.", who="ann", at=NOW)
    decisions.resolve([SMALL], reason="Credit corrected.", who="bob", at=NOW)

    found = state(decisions, "b1")
    assert (found.owner, found.note, found.status) == (
        "tax team",
        "Asked the tax team.",
        "resolved",
    )
    verbs = [decision.verb for decision in decisions.history(subjects=["b1"])]
    assert verbs == ["assign", "note", "resolve"]


def test_a_period_is_closed_once_until_that_is_taken_back(decisions):
    decisions.sign_off(CLOSE)
    assert decisions.sign_offs() == [CLOSE]
    with pytest.raises(DecisionRefusedError, match="signed off by ann already"):
        decisions.sign_off(replace(CLOSE, who="bob"))

    decisions.withdraw(period="2026-02", store="all", reason="Late memo.", who="bob", at=NOW)
    assert decisions.sign_offs() == []
    decisions.sign_off(replace(CLOSE, publication_id="p2"))

    assert decisions.kept_publications() == {"p1", "p2"}
    assert [d.verb for d in decisions.history(topic=Topic.CLOSE)] == [
        "sign_off",
        "withdraw",
        "sign_off",
    ]


def test_decisions_outlive_the_process(decisions, url):
    decisions.assign([SMALL], owner="tax team", who="ann", at=NOW)

    with Decisions(url) as again:
        assert state(again, "b1").owner == "tax team"
        assert again.verify() == ()


@pytest.mark.parametrize("statement", ["update decisions set who = 'me'", "delete from decisions"])
@pytest.mark.usefixtures("kept")
def test_the_database_itself_refuses_to_change_a_decision(file, statement):
    connection = sqlite3.connect(file)

    with pytest.raises(sqlite3.IntegrityError, match="append-only"):
        connection.execute(statement)
    connection.close()


TAMPERINGS = {
    "decision 1 was changed": "update decisions set who = 'nobody' where sequence = 1",
    "decision 1 is missing": "delete from decisions where sequence = 1",
    "break b1 does not stand as": "update break_states set status = 'accepted'",
    "break b1 is decided about in one place": "delete from break_states",
}


@pytest.mark.parametrize("found", TAMPERINGS)
def test_a_change_behind_the_back_of_the_decisions_is_found(kept, file, found):
    assert kept.verify() == ()

    connection = sqlite3.connect(file)
    connection.execute("drop trigger decisions_are_append_only_update")
    connection.execute("drop trigger decisions_are_append_only_delete")
    connection.execute(TAMPERINGS[found])
    connection.commit()
    connection.close()

    assert any(found in problem for problem in kept.verify())


def test_breaks_land_as_they_stand_page_after_page_and_only_what_changed(decisions):
    later = NOW + timedelta(hours=1)
    decisions.assign([SMALL, LARGE], owner="tax team", who="ann", at=NOW)
    decisions.accept([SMALL], reason="Known rate change.", who="ann", at=later)

    def landed(since=None):
        pages = decisions.landed_states(since, page_size=1)
        return [row for page in pages for row in json.loads(page)["break_states"]]

    everything = landed()
    assert [(row["break_key"], row["status"]) for row in everything] == [
        ("b2", "open"),
        ("b1", "accepted"),
    ]
    assert set(everything[0]) == set(STREAMS[System.LEDGER, "break_states"].columns)
    assert [row["break_key"] for row in landed(since=later)] == ["b1"]
    assert landed(since=later + timedelta(1)) == []
