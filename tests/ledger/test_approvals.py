"""What people decide, what holds an intent back when it would be sent, and who said so."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from orchestration.ledger import DayLimit, DecisionRefusedError, HeldBackError, State
from tests.ledger.steps import INTENT, LATER, NOW, approved, sent

NEWER = replace(INTENT, intent_key="k2", evidence="CM1@2")


def test_whoever_proposed_an_intent_cannot_approve_it_under_any_spelling(ledger):
    ledger.plan(INTENT, at=NOW, run_id="run-1", proposed_by="ana@example.com")

    with pytest.raises(DecisionRefusedError, match="somebody else"):
        ledger.approve("k1", who=" Ana@Example.com", at=NOW)
    ledger.approve("k1", who="ben@example.com", at=NOW)

    assert ledger.intent("k1").approved_by == "ben@example.com"


def test_an_intent_that_is_not_there_cannot_be_approved(ledger):
    with pytest.raises(DecisionRefusedError, match="returns plan"):
        ledger.approve("k9", who="ben@example.com", at=NOW)


def test_a_refused_intent_is_never_sent_and_says_who_refused_it(ledger):
    approved(ledger)
    ledger.refuse("k1", who="ben@example.com", note="customer withdrew", at=NOW)

    assert ledger.claim("k1", "run-1", NOW) is None
    assert ledger.intent("k1").message == "customer withdrew"
    assert ledger.history()[-1].who == "ben@example.com"


def test_an_intent_in_a_workers_hands_or_sent_cannot_be_refused(ledger):
    ledger.claim(approved(ledger), "run-1", NOW)

    with pytest.raises(DecisionRefusedError, match="not waiting"):
        ledger.refuse("k1", who="ben@example.com", note="no", at=NOW)


def test_newer_evidence_withdraws_what_was_planned_on_older(ledger):
    approved(ledger)
    ledger.plan(NEWER, at=LATER, run_id="run-2", known_until=LATER)

    assert ledger.intent("k1").state is State.REFUSED
    assert "superseded by k2" in ledger.intent("k1").message


def test_a_plan_on_older_data_withdraws_no_newer_one_and_is_held(ledger):
    ledger.plan(NEWER, at=NOW, run_id="run-2", known_until=LATER)

    with pytest.raises(HeldBackError, match="newer_plan"):
        ledger.plan(INTENT, at=LATER, run_id="run-1", known_until=NOW)
    assert ledger.intent("k2").state is State.PLANNED


@pytest.mark.parametrize("scope", ["*/*", "us/*", "*/restock", "us/restock"])
def test_what_is_halted_is_not_sent_until_it_is_resumed(ledger, scope):
    claim = ledger.claim(approved(ledger), "run-1", NOW)
    ledger.halt(scope, who="ana@example.com", reason="stock count", at=NOW)

    with pytest.raises(HeldBackError, match="halted"):
        ledger.mark_sent(claim, request_hash="h", at=NOW)
    ledger.resume(scope, who="ben@example.com", at=NOW)
    ledger.mark_sent(claim, request_hash="h", at=NOW)

    assert [entry.state for entry in ledger.history()][2:4] == ["halted", "resumed"]
    assert ledger.verify_chain() == ()


def test_a_halt_of_another_store_or_action_stops_nothing(ledger):
    claim = ledger.claim(approved(ledger), "run-1", NOW)
    for scope in ("uk/*", "us/quarantine", "*/notify"):
        ledger.halt(scope, who="ana@example.com", reason="-", at=NOW)

    ledger.mark_sent(claim, request_hash="h", at=NOW)

    assert [halt.scope for halt in ledger.halts()] == ["*/notify", "uk/*", "us/quarantine"]


@pytest.mark.parametrize("scope", ["us", "us/", "/restock", "a/b/c"])
def test_a_scope_that_cannot_be_read_is_refused(ledger, scope):
    with pytest.raises(DecisionRefusedError, match="store/action"):
        ledger.halt(scope, who="ana@example.com", reason="-", at=NOW)


@pytest.mark.parametrize(
    ("measure", "fits", "exceeds"),
    [("units", 4, 3), ("rows", 2, 1), ("amount", "25.00", "24.99")],
)
def test_a_day_sends_no_more_than_its_limit_and_the_next_day_begins_anew(
    ledger, measure, fits, exceeds
):
    ledger.mark_confirmed(sent(ledger), reference="g", answer="a", at=NOW)
    other = replace(INTENT, intent_key="k2", order_line_id="line 2")
    claim = ledger.claim(approved(ledger, other), "run-1", NOW)

    limit = DayLimit(measure, Decimal(exceeds))
    with pytest.raises(HeldBackError, match="above_day_limit"):
        ledger.mark_sent(claim, request_hash="h", at=NOW, day_limit=limit)
    ledger.mark_sent(claim, request_hash="h", at=NOW, day_limit=DayLimit(measure, Decimal(fits)))

    third = replace(INTENT, intent_key="k3", order_line_id="line 3")
    tomorrow = NOW + timedelta(days=1)
    claim = ledger.claim(approved(ledger, third), "run-1", tomorrow)
    ledger.mark_sent(claim, request_hash="h", at=tomorrow, day_limit=limit)


@pytest.mark.parametrize("action", ["issue_refund", "notify", "open_rma"])
def test_the_database_itself_refuses_a_second_effect_for_one_case(ledger, action):
    first = replace(INTENT, action=action, told="posting")
    ledger.mark_confirmed(sent(ledger, first), reference="g", answer="a", at=NOW)
    second = replace(first, intent_key="k2", evidence="newer")
    claim = ledger.claim(approved(ledger, second), "run-2", LATER)

    with pytest.raises(HeldBackError, match="unresolved_intent"):
        ledger.mark_sent(claim, request_hash="h", at=LATER)


def test_what_reading_back_shows_to_be_absent_may_be_sent_as_another_request(ledger):
    claim = sent(ledger)
    ledger.mark_absent(claim, message="not there", at=NOW)
    claim = ledger.claim("k1", "run-2", LATER)

    ledger.mark_sent(claim, request_hash="another", request='{"a": 1}', at=LATER)

    assert [each.request for each in ledger.attempts("k1")] == ["", '{"a": 1}']
    assert ledger.verify_chain() == ()
