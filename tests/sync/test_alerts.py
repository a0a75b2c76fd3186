"""Failed runs and decisions that wait too long are told to people, once."""

from contextlib import contextmanager
from datetime import timedelta

import dagster as dg
import pytest

from orchestration.extract.post import MailServer, Receiver
from orchestration.resources import LedgerResource, PostResource
from orchestration.resources import post as post_module
from orchestration.sync import alerts
from orchestration.sync.alerts import held_too_long, letter_about, overdue, run_failed
from tests.sync.letters import SECRET, Hooks, mail_server
from tests.sync.world import gate


@pytest.fixture
def hooks(monkeypatch):
    taken = Hooks()
    monkeypatch.setenv("ALERT_WEBHOOK_URL", "https://example.com/alerts")
    monkeypatch.setenv("ALERT_WEBHOOK_SECRET", SECRET)
    monkeypatch.setattr(
        post_module, "Receiver", lambda url, secret: Receiver(url, secret, transport=taken)
    )
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


def test_a_failed_run_is_told_with_its_job_and_no_more_than_once(hooks):
    @dg.op
    def fails():
        raise RuntimeError("broken")

    @dg.job
    def nightly():
        fails()

    with dg.DagsterInstance.ephemeral() as instance:
        result = nightly.execute_in_process(instance=instance, raise_on_error=False)
        (event,) = (each for each in result.all_events if each.is_run_failure)
        context = dg.build_run_status_sensor_context(
            sensor_name="run_failed",
            dagster_event=event,
            dagster_instance=instance,
            dagster_run=result.dagster_run,
        ).for_run_failure()
        for _ in range(2):
            run_failed(context, post=PostResource())

    (content,) = hooks.taken.values()
    assert content["type"] == "run.failed"
    assert content["data"]["job"] == "nightly"


def test_an_alert_by_mail_names_the_cases(world):
    waiting(world, 1)
    letter = letter_about(overdue(world.ledger, now=world.clock() + timedelta(days=2)))

    with mail_server() as (url, box):
        addressed = type(letter)(
            letter.letter_id, letter.kind, letter.subject, letter.text, address="ops@example.com"
        )
        MailServer(url, "returns@example.com").deliver(addressed)

    assert "restock of #1001-R1 (us) is planned" in box.letters[0].get_content()
