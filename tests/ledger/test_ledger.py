"""The ledger keeps what was meant, and lets one worker at a time act on it."""

import json
from dataclasses import replace
from datetime import timedelta
from threading import Barrier, Thread

import pytest

from orchestration.extract.streams import STREAMS, System
from orchestration.ledger import HeldBackError, IntentChangedError, Ledger, LostClaimError, State
from tests.ledger.steps import INTENT, LATER, NOW, approved, sent


def test_an_intent_reads_back_as_it_was_planned(ledger):
    ledger.plan(INTENT, at=NOW, run_id="run-1")

    assert ledger.intent("k1").intent == INTENT
    assert ledger.intent("k1").state is State.PLANNED


def test_the_same_plan_twice_is_one_intent_and_another_effect_under_its_key_is_refused(ledger):
    ledger.plan(INTENT, at=NOW, run_id="run-1")
    again = ledger.plan(replace(INTENT, evidence="worded anew"), at=LATER, run_id="run-2")

    assert again.run_id == "run-1"
    assert len(ledger.intents()) == 1
    with pytest.raises(IntentChangedError):
        ledger.plan(replace(INTENT, quantity=3), at=LATER, run_id="run-2")


def test_an_intent_that_is_only_planned_cannot_be_claimed(ledger):
    ledger.plan(INTENT, at=NOW, run_id="run-1")

    assert ledger.claim("k1", "run-1", NOW) is None


def test_a_claim_excludes_others_until_its_lease_ends(ledger):
    approved(ledger)
    first = ledger.claim("k1", "run-1", NOW)

    assert ledger.claim("k1", "run-2", NOW + timedelta(minutes=4)) is None
    assert ledger.claim("k1", "run-2", LATER).fencing_token > first.fencing_token


def test_a_dead_workers_claims_are_free_at_once_when_it_is_known_to_be_dead(ledger):
    approved(ledger)
    ledger.claim("k1", "run-1", NOW)
    ledger.end_leases("run-1")

    assert ledger.claim("k1", "run-2", NOW) is not None


def test_a_worker_whose_lease_was_taken_over_can_write_nothing(ledger):
    approved(ledger)
    late = ledger.claim("k1", "run-1", NOW)
    ledger.claim("k1", "run-2", LATER)

    with pytest.raises(LostClaimError):
        ledger.mark_sent(late, request_hash="h", at=LATER)
    assert ledger.intent("k1").state is State.APPROVED


def test_a_worker_whose_lease_ran_out_cannot_send_even_if_nobody_took_over(ledger):
    approved(ledger)
    late = ledger.claim("k1", "run-1", NOW)

    with pytest.raises(LostClaimError):
        ledger.mark_sent(late, request_hash="h", at=LATER)


@pytest.mark.parametrize("ending", ["mark_confirmed", "mark_refused", "mark_unknown"])
def test_an_answer_cannot_be_written_before_the_call(ledger, ending):
    claim = ledger.claim(approved(ledger), "run-1", NOW)
    said = {"reference": "g", "answer": "a"} if ending == "mark_confirmed" else {"message": "m"}

    with pytest.raises(LostClaimError):
        getattr(ledger, ending)(claim, at=NOW, **said)


def test_what_is_confirmed_or_refused_stays_so(ledger):
    claim = sent(ledger)
    ledger.mark_confirmed(claim, reference="g", answer="a", at=NOW)

    assert ledger.claim("k1", "run-2", LATER) is None
    with pytest.raises(LostClaimError):
        ledger.mark_refused(claim, message="m", at=LATER)
    with pytest.raises(LostClaimError):
        ledger.settle("k1", is_applied=False, who="desk", note="no", at=LATER)


def test_another_request_under_a_key_that_was_sent_is_refused(ledger):
    ledger.mark_unknown(sent(ledger), message="no answer", at=NOW)
    claim = ledger.claim("k1", "run-2", LATER)

    with pytest.raises(IntentChangedError):
        ledger.mark_sent(claim, request_hash="other", at=LATER)


def test_a_second_intent_for_the_same_line_cannot_be_sent_while_the_first_is_open(ledger):
    sent(ledger)
    second = ledger.claim(approved(ledger, replace(INTENT, intent_key="k2")), "run-2", NOW)

    with pytest.raises(HeldBackError, match="unresolved_intent"):
        ledger.mark_sent(second, request_hash="h", at=NOW)


def test_an_intent_is_held_back_until_its_data_knows_the_last_effect(ledger):
    ledger.mark_confirmed(sent(ledger), reference="g", answer="a", at=LATER)
    second = ledger.claim(approved(ledger, replace(INTENT, intent_key="k2")), "run-2", LATER)

    for too_early in (NOW, LATER):
        with pytest.raises(HeldBackError, match="awaits_landing"):
            ledger.mark_sent(second, request_hash="h", at=LATER, known_until=too_early)
    ledger.mark_sent(second, request_hash="h", at=LATER, known_until=LATER + timedelta(seconds=1))


def test_every_call_is_an_attempt_and_one_without_an_answer_shows_none(ledger):
    sent(ledger)
    claim = ledger.claim("k1", "run-2", LATER)
    ledger.mark_sent(claim, request_hash="h", at=LATER)
    ledger.mark_confirmed(claim, reference="g", answer="moved", at=LATER)

    told = [(each.number, each.owner, each.outcome, each.answer) for each in ledger.attempts("k1")]
    assert told == [(1, "run-1", None, None), (2, "run-2", "confirmed", "moved")]


def test_confirmed_actions_are_the_streams_records_page_by_page_in_order(ledger):
    for number in range(5):
        line = replace(INTENT, intent_key=f"k{number}", order_line_id=f"line {number}")
        at = NOW + timedelta(seconds=number)
        ledger.mark_confirmed(sent(ledger, line, at=at), reference="g", answer="a", at=at)

    pages = [json.loads(page)["actions"] for page in ledger.confirmed_actions(page_size=2)]
    since = json.loads(next(ledger.confirmed_actions(NOW + timedelta(seconds=3))))["actions"]

    assert [len(page) for page in pages] == [2, 2, 1]
    assert [row["intent_key"] for page in pages for row in page] == ["k0", "k1", "k2", "k3", "k4"]
    assert set(pages[0][0]) == set(STREAMS[System.LEDGER, "actions"].columns)
    assert pages[0][0]["amount"] == "12.50"
    assert [row["intent_key"] for row in since] == ["k3", "k4"]


def test_a_ledger_without_actions_still_answers(ledger):
    assert list(ledger.confirmed_actions()) == [b'{"actions": []}']
    assert list(ledger.unconfirmed_actions()) == [b'{"unconfirmed_actions": []}']


def test_unconfirmed_actions_are_those_called_for_whatever_came_of_it(ledger):
    def called(name):
        line = replace(INTENT, intent_key=name, order_line_id=f"line {name}")
        return sent(ledger, line, at=NOW)

    ledger.mark_confirmed(called("confirmed"), reference="g", answer="a", at=NOW)
    ledger.mark_refused(called("refused"), message="no such return", at=NOW)
    ledger.mark_unknown(called("unknown"), message="no answer", at=NOW)
    ledger.mark_not_applied(called("to be repeated"), message="throttled", at=NOW)
    called("on its way")
    ledger.plan(replace(INTENT, intent_key="planned", order_line_id="p"), at=NOW, run_id="run-1")

    rows = [
        row
        for page in ledger.unconfirmed_actions(page_size=2)
        for row in json.loads(page)["unconfirmed_actions"]
    ]

    stood = {row["intent_key"]: (row["state"], row["message"], row["sent_at"]) for row in rows}
    sent_at = NOW.isoformat()
    assert stood == {
        "refused": ("refused", "no such return", sent_at),
        "unknown": ("unknown", "no answer", sent_at),
        "to be repeated": ("approved", "throttled", None),
        "on its way": ("sent", None, sent_at),
    }
    assert set(rows[0]) == set(STREAMS[System.LEDGER, "unconfirmed_actions"].columns)


def test_actions_known_from_elsewhere_are_taken_in_once_and_landed_like_our_own(ledger):
    record = {
        "intent_key": "scenario-1",
        "action": "quarantine",
        "store": "us",
        "case_key": "us/return/1",
        "order_line_id": "line 1",
        "quantity": 1,
        "confirmed_at": "2026-06-01T10:00:00+00:00",
    }

    assert ledger.record_confirmed([record], at=NOW, run_id="preload") == 1
    assert ledger.record_confirmed([record], at=LATER, run_id="preload") == 0

    (landed,) = json.loads(next(ledger.confirmed_actions()))["actions"]
    assert {name: landed[name] for name in record} == record
    assert ledger.verify_chain() == ()


def test_workers_that_race_for_one_intent_get_one_claim(url):
    ledgers = [Ledger(url) for _ in range(8)]
    approved(ledgers[0])
    start, claims = Barrier(len(ledgers)), []

    def race(number, ledger):
        start.wait()
        claims.append(ledger.claim("k1", f"run-{number}", NOW))

    racers = [Thread(target=race, args=each) for each in enumerate(ledgers)]
    for racer in racers:
        racer.start()
    for racer in racers:
        racer.join()
    problems = ledgers[0].verify_chain()
    for ledger in ledgers:
        ledger.close()

    assert len([claim for claim in claims if claim]) == 1
    assert problems == ()


def test_what_waits_is_counted_and_listed_of_one_store_or_of_all(ledger):
    ledger.plan(INTENT, at=NOW, run_id="run-1")
    other = replace(INTENT, intent_key="k2", store="uk", case_key="uk/return/2")
    ledger.plan(other, at=LATER, run_id="run-1")

    assert (ledger.counts(), ledger.counts(store="uk")) == (
        {State.PLANNED: 2},
        {State.PLANNED: 1},
    )
    pages = (ledger.page([State.PLANNED], limit=5, store=store) for store in (None, "us", "uk"))
    assert [[one.intent.intent_key for one in page] for page in pages] == [
        ["k1", "k2"],
        ["k1"],
        ["k2"],
    ]
