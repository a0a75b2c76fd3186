"""Dagster's runs and events in the home, or in a PostgreSQL that the settings name."""

import os
import shutil
from datetime import UTC, datetime
from pathlib import Path

import dagster as dg
import pytest
from sqlalchemy import create_engine, text
from typer.testing import CliRunner

from orchestration.cli import app
from orchestration.cli.home import InstanceError, dagster_instance
from orchestration.resources.settings import DAGSTER_URL, SettingsError, read_home
from orchestration.upkeep import DONE_AT, forget_runs
from tests.browser.looking import plain_environment
from tests.ledger.postgres import running_cluster

FLOW = Path(__file__).parents[1] / "scenarios" / "clean_single_return.yaml"


@dg.asset(check_specs=[dg.AssetCheckSpec("is_checked", asset="checked")])
def checked():
    return dg.MaterializeResult(check_results=[dg.AssetCheckResult(passed=True)])


@pytest.fixture(scope="module")
def database():
    """The address of an empty database, as Dagster and as SQLAlchemy write it."""
    with running_cluster() as cluster:
        ours = cluster.empty()
        yield ours.replace("+psycopg", ""), ours


def test_a_whole_run_stands_in_postgresql_and_nowhere_in_the_home(database, tmp_path, monkeypatch):
    theirs, ours = database
    flows = tmp_path / "flows"
    flows.mkdir()
    shutil.copy(FLOW, flows)
    for name in os.environ.keys() - plain_environment().keys():
        monkeypatch.delenv(name)
    monkeypatch.setenv("RETURNS_HOME", str(tmp_path / "home"))
    monkeypatch.setenv(DAGSTER_URL, theirs)

    finished = CliRunner().invoke(app, ["run", "--scenarios", str(flows)])

    assert finished.exit_code == 0, finished.output[-3000:]
    engine = create_engine(ours)
    with engine.connect() as connection:
        runs = dict(
            connection.execute(text("select pipeline_name, status from runs")).tuples().all()
        )
        events = connection.execute(text("select count(*) from event_logs")).scalar_one()
    engine.dispose()
    assert set(runs.values()) == {"SUCCESS"}
    assert len(runs) == 2
    assert events > 100
    assert (tmp_path / "home" / DONE_AT).exists()
    folder = tmp_path / "home" / "dagster"
    assert [str(path) for path in folder.rglob("*.db")] == []
    assert theirs not in (folder / "dagster.yaml").read_text()


def test_old_runs_are_forgotten_in_postgresql_too_with_what_their_checks_said(database, tmp_path):
    here = read_home({"RETURNS_HOME": str(tmp_path), DAGSTER_URL: database[0]})
    with dagster_instance(here) as instance:
        dg.materialize([checked], instance=instance)
        before = datetime.now(UTC)
        kept = dg.materialize([checked], instance=instance).run_id
        forget_runs(instance, before=before)

        assert [record.dagster_run.run_id for record in instance.get_run_records()] == [kept]
        with instance.event_log_storage.index_connection() as connection:
            for table in ("event_logs", "asset_check_executions"):
                runs = connection.execute(text(f"select distinct run_id from {table}"))
                assert [run_id for (run_id,) in runs] == [kept]


def test_a_home_that_moves_to_postgresql_and_back_finds_its_runs_there_and_here(
    database, tmp_path
):
    here = {"RETURNS_HOME": str(tmp_path)}
    for env, kind in (
        (here, "OpenRuns"),
        (here | {DAGSTER_URL: database[0]}, "PostgresRunStorage"),
        (here, "OpenRuns"),
    ):
        with dagster_instance(read_home(env)) as instance:
            assert type(instance.run_storage).__name__ == kind
    assert DAGSTER_URL not in os.environ


def test_a_database_that_does_not_answer_is_named_with_its_remedy_and_without_its_password(
    tmp_path,
):
    nobody = "postgresql://ann:hidden@127.0.0.1:9/dagster"
    env = {"RETURNS_HOME": str(tmp_path / "home"), DAGSTER_URL: nobody}

    with (
        pytest.raises(InstanceError, match=f"{DAGSTER_URL} names, does not answer") as refused,
        dagster_instance(read_home(env)),
    ):
        pass
    assert "hidden" not in str(refused.value)
    assert "hidden" not in repr(read_home(env))


def test_a_user_who_may_make_no_tables_is_told_what_they_lack(database, tmp_path):
    engine = create_engine(database[1], isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text("create role guest login"))
        connection.execute(text("drop schema public cascade"))
        connection.execute(text("create schema public"))
    owner, address = str(engine.url.username), database[0]
    engine.dispose()
    guests = address.replace(f"//{owner}@", "//guest@")

    with (
        pytest.raises(InstanceError, match=f"{DAGSTER_URL} names, lets its user make no tables"),
        dagster_instance(read_home({"RETURNS_HOME": str(tmp_path), DAGSTER_URL: guests})),
    ):
        pass


def test_another_address_than_one_of_postgresql_is_refused():
    with pytest.raises(SettingsError, match=f"{DAGSTER_URL}.*postgresql://user"):
        read_home({DAGSTER_URL: "sqlite:///runs.db"})
