"""Failed runs and decisions that wait too long are told to people, once."""

from contextlib import contextmanager
from datetime import timedelta
from functools import partial

import dagster as dg
import pytest

from orchestration.extract.post import MailServer, Receiver
from orchestration.ledger import State
from orchestration.resources import LedgerResource, PostResource
from orchestration.resources import post as post_module
from orchestration.sync import alerts
from orchestration.sync.alerts import failed_runs, held_too_long, letter_about, overdue
from orchestration.sync.remote import RefusedError, RepeatError
from tests.sync.letters import SECRET, Hooks, mail_server
from tests.sync.world import gate


@pytest.fixture
def hooks(monkeypatch):
    taken = Hooks()
    monkeypatch.setenv("ALERT_WEBHOOK_URL", "https://example.com/alerts")
    monkeypatch.setenv("ALERT_WEBHOOK_SECRET", SECRET)
    monkeypatch.setattr(post_module, "Receiver", partial(Receiver, transport=taken))
    return taken


def waiting(world, *lines):
    for line in lines:
        world.ledger.plan(gate(line=line).intent, at=world.clock(), run_id="run-1")


@pytest.mark.parametrize(("hours", "count"), [(23, 0), (25, 2)])
def test_a_plan_is_overdue_after_a_day(world, hours, count):
    waiting(world, 1, 2)

    assert len(overdue(world.ledger, now=world.clock() + timedelta(hours=hours))) == count


def test_an_unknown_outcome_is_overdue_after_four_hours(world):
    world.books.faults = ["lost after effect"]
    world.run(gate())

    assert overdue(world.ledger, now=world.clock() + timedelta(hours=3)) == []
    assert len(overdue(world.ledger, now=world.clock() + timedelta(hours=5))) == 1


def test_a_call_that_is_repeated_every_hour_is_as_old_as_its_first(world):
    world.books.faults = ["lost before effect"] * 6
    for _ in range(6):
        world.run(gate())
        world.clock.wait(hours=1)

    assert len(overdue(world.ledger, now=world.clock())) == 1


def test_a_call_that_a_dead_run_left_open_is_overdue_after_four_hours(world):
    world.books.faults = ["crash after effect"]
    world.run_until_death(gate())

    assert world.ledger.intent("restock-1").state is State.SENT
    assert len(overdue(world.ledger, now=world.clock() + timedelta(hours=5))) == 1


def test_what_a_system_puts_off_for_a_day_is_told(world):
    world.books.faults = [RepeatError("throttled")] * 2
    world.run(gate())
    world.clock.wait(hours=23)
    world.run(gate())

    assert overdue(world.ledger, now=world.clock()) == []
    assert len(overdue(world.ledger, now=world.clock() + timedelta(hours=2))) == 1


def test_what_a_system_refuses_is_told_and_what_a_person_refuses_is_not(world):
    world.books.faults = [RefusedError("no such place", codes=("INVALID_LOCATION",))]
    world.run(gate())
    waiting(world, 2)
    world.ledger.refuse("restock-2", who="desk", note="no", at=world.clock())

    told = overdue(world.ledger, now=world.clock() + timedelta(minutes=15))

    assert [record.intent.intent_key for record in told] == ["restock-1"]
    assert overdue(world.ledger, now=world.clock() + timedelta(days=8)) == []


def test_what_waits_too_long_is_told_once(world, hooks, monkeypatch):
    waiting(world, 1)
    monkeypatch.setattr(alerts, "utc_now", lambda: world.clock() + timedelta(days=2))

    class Opened(LedgerResource):
        @contextmanager
        def open(self):
            yield world.ledger

    with dg.DagsterInstance.ephemeral() as instance:
        cursor = None
        for new_line in (None, None, 2):
            if new_line:
                waiting(world, new_line)
            context = dg.build_sensor_context(instance=instance, cursor=cursor)
            result = held_too_long(context, ledger=Opened(), post=PostResource())
            cursor = result.cursor

    assert [each["data"]["count"] for each in hooks.taken.values()] == [1, 1]


@dg.op
def fails():
    raise RuntimeError("broken")


@dg.job
def nightly():
    fails()


def test_a_failed_run_is_told_with_its_job_and_once(hooks):
    with ticking() as (instance, tick):
        tick()
        nightly.execute_in_process(instance=instance, raise_on_error=False)
        tick()
        tick()

    (content,) = hooks.taken.values()
    assert content["type"] == "run.failed"
    assert content["data"]["job"] == "nightly"
    # A chat shows this member, and lets the others be.
    assert content["text"].startswith("Run of nightly failed\nnightly (")
    assert len(hooks.seen) == 1


def test_a_failed_run_is_told_once_the_receiver_is_there_again(hooks):
    with ticking() as (instance, tick):
        tick()
        nightly.execute_in_process(instance=instance, raise_on_error=False)
        hooks.faults = ["429"]
        refused = tick()
        nightly.execute_in_process(instance=instance, raise_on_error=False)
        tick()

    assert "is told later" in refused.skip_reason.skip_message
    assert len(hooks.taken) == 2


def test_what_failed_before_anybody_asked_is_not_told(hooks):
    with ticking() as (instance, tick):
        nightly.execute_in_process(instance=instance, raise_on_error=False)
        tick()
        tick()

    assert hooks.seen == []


@contextmanager
def ticking():
    """An instance, and a tick of the sensor of failed runs that goes on where the last ended."""
    cursor = None

    with dg.DagsterInstance.ephemeral() as instance:

        def tick():
            nonlocal cursor
            context = dg.build_sensor_context(instance=instance, cursor=cursor)
            result = failed_runs(context, post=PostResource())
            cursor = result.cursor
            return result

        yield instance, tick


def test_an_alert_by_mail_names_the_cases(world):
    waiting(world, 1)
    letter = letter_about(overdue(world.ledger, now=world.clock() + timedelta(days=2)))

    with mail_server() as (url, box):
        addressed = type(letter)(
            letter.letter_id, letter.kind, letter.subject, letter.text, address="ops@example.com"
        )
        MailServer(url, "returns@example.com").deliver(addressed)

    assert "restock of #1001-R1 (us) is planned" in box.letters[0].get_content()
