"""What a home of years keeps: few batches, and Dagster's history of the last weeks alone."""

from datetime import UTC, datetime, timedelta

import dagster as dg
import pytest
from sqlalchemy import text

from orchestration.cli.home import dagster_instance
from orchestration.definitions import defs
from orchestration.extract.streams import STREAMS, System
from orchestration.landing import committed_batches, land
from orchestration.resources.settings import read_home
from orchestration.upkeep import EVERY, forget_runs, is_upkeep_due, keep_up, upkeep

LANDED_AT = datetime(2026, 3, 1, tzinfo=UTC)
ORDERS = STREAMS[System.SHOPIFY, "orders"]
CHECK = dg.AssetCheckSpec("is_counted", asset="counted")
KEPT_OF_RUNS = ("event_logs", "asset_check_executions", "asset_event_tags")


@dg.asset(check_specs=[CHECK])
def counted():
    print("counted")
    return dg.MaterializeResult(
        tags={"kind": "count"}, check_results=[dg.AssetCheckResult(passed=True)]
    )


def run(instance):
    return dg.materialize([counted], instance=instance).run_id


def rows_of_runs(instance):
    with instance.event_log_storage.index_connection() as connection:
        return {
            table: connection.execute(text(f"select count(*) from {table}")).scalar()
            for table in KEPT_OF_RUNS
        }


def files(folder):
    """The files of each run; what SQLite keeps beside an open one comes and goes."""
    return {
        file for file in folder.rglob("*") if file.is_file() and file.suffix in (".db", ".out")
    }


@pytest.fixture
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("RETURNS_HOME", str(tmp_path / "home"))
    return read_home({"RETURNS_HOME": str(tmp_path / "home")})


def test_of_a_run_of_long_ago_nothing_is_kept_and_of_a_later_one_everything(home):
    with dagster_instance(home) as instance:
        old = run(instance)
        after_one = rows_of_runs(instance), len(files(home.path))
        between = datetime.now(UTC)
        new = run(instance)

        assert forget_runs(instance, before=between) == 1

        assert not instance.has_run(old)
        assert not [file for file in home.path.rglob("*") if old in str(file)]
        assert instance.has_run(new)
        assert instance.all_logs(new)
        latest = instance.get_latest_asset_check_evaluation_record(CHECK.key)
        assert latest.event.run_id == new
        assert (rows_of_runs(instance), len(files(home.path))) == after_one


def test_history_is_as_large_after_many_runs_as_after_one(home):
    with dagster_instance(home) as instance:
        sizes = []
        for _ in range(4):
            run(instance)
            sizes.append((rows_of_runs(instance), len(files(home.path))))
            forget_runs(instance, before=datetime.now(UTC))

    assert sizes == sizes[:1] * 4


def test_an_installation_that_nobody_looks_after_compacts_its_landing_and_forgets(home):
    for hour in range(100):
        at = LANDED_AT + timedelta(hours=hour)
        land(
            home.path / "landing",
            ORDERS,
            [],
            source="us",
            run_id=f"{hour:08}",
            extracted_at=at,
            since=None,
        )
    with dagster_instance(home) as instance:
        old = run(instance)

        assert upkeep.execute_in_process(instance=instance).success
        assert len(list(committed_batches(home.path / "landing", ORDERS))) < 52
        assert instance.has_run(old)
        assert keep_up(home, instance, now=datetime.now(UTC) + timedelta(days=31)).forgotten_runs

        assert not instance.has_run(old)


def test_history_may_be_kept_for_ever(home):
    for_ever = read_home({"RETURNS_HOME": str(home.path), "RETURNS_HISTORY_DAYS": "0"})
    with dagster_instance(for_ever) as instance:
        run(instance)

        done = keep_up(for_ever, instance, now=datetime.now(UTC) + timedelta(days=9999))

    assert done.forgotten_runs == 0


def test_upkeep_is_due_a_day_after_the_last_one(home):
    now = datetime.now(UTC)
    assert is_upkeep_due(home.path, now=now)
    with dagster_instance(home) as instance:
        keep_up(home, instance, now=now)

    assert not is_upkeep_due(home.path, now=now + EVERY / 2)
    assert is_upkeep_due(home.path, now=now + EVERY)


def test_dagster_keeps_a_home_up_by_a_schedule_that_runs_by_itself():
    schedules = {schedule.name: schedule for schedule in defs.schedules}

    assert schedules["daily"].job_name == upkeep.name
    assert {one.default_status for one in schedules.values()} == {dg.DefaultScheduleStatus.RUNNING}
