"""Dagster's history of a home: kept in open files, whole for whoever else reads it."""

import shutil

import dagster as dg
import pytest
from sqlalchemy import text

from orchestration.cli.history import MOST_OPEN
from orchestration.cli.home import dagster_instance
from orchestration.ledger.connection import open_engine
from orchestration.resources.settings import read_home

WITHOUT_A_FLUSH, WITH_ONE = 1, 2


@dg.asset
def counted():
    return dg.MaterializeResult(metadata={"rows": 7})


def run(instance):
    return dg.materialize([counted], instance=instance).run_id


def rows_in(instance, run_id):
    """What the events of a run say of the asset."""
    return [
        entry.asset_materialization.metadata["rows"].value
        for entry in instance.all_logs(run_id)
        if entry.asset_materialization
    ]


@pytest.fixture
def home(tmp_path):
    return read_home({"RETURNS_HOME": str(tmp_path / "home")})


def test_another_process_reads_a_run_while_the_files_are_open(home):
    with dagster_instance(home) as writing, dagster_instance(home) as reading:
        first = run(writing)
        assert rows_in(reading, first) == [7]
        second = run(writing)
        assert rows_in(reading, second) == [7]
        assert {record.dagster_run.run_id for record in reading.get_run_records()} == {
            first,
            second,
        }


def test_more_runs_are_read_than_files_stay_open(home):
    with dagster_instance(home) as instance:
        runs = [run(instance) for _ in range(MOST_OPEN + 2)]
        assert [rows_in(instance, each) for each in runs] == [[7]] * len(runs)


def test_what_is_wiped_is_gone_and_the_next_run_is_written(home):
    with dagster_instance(home) as instance:
        before = run(instance)
        instance.wipe()
        after = run(instance)

        assert rows_in(instance, before) == []
        assert rows_in(instance, after) == [7]


def test_a_home_that_was_moved_keeps_its_history(home, tmp_path):
    with dagster_instance(home) as instance:
        before = run(instance)
    shutil.move(home.path, tmp_path / "elsewhere")

    with dagster_instance(read_home({"RETURNS_HOME": str(tmp_path / "elsewhere")})) as instance:
        assert rows_in(instance, before) == [7]
    assert not home.path.exists()


def test_history_is_written_without_a_flush_and_decisions_with_one(home):
    flush = text("pragma synchronous")
    with dagster_instance(home) as instance:
        log, runs = instance.event_log_storage, instance.run_storage
        for connection in (log.index_connection(), log.run_connection("a"), runs.connect()):
            with connection as opened:
                assert opened.execute(flush).scalar_one() == WITHOUT_A_FLUSH
    with open_engine(f"sqlite:///{home.path / 'ledger.sqlite'}").connect() as ledger:
        assert ledger.execute(flush).scalar_one() == WITH_ONE
