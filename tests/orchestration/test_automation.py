"""A real Dagster with its daemon: a sync waits for the slow check of what it depends on."""

import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import dagster as dg
import pytest

from tests.orchestration.automation_location import defs, publication, slow_check

LOCATION = Path(__file__).with_name("automation_location.py")
PATIENCE_SECONDS = 180
STOPPING_SECONDS = 30
SYNC = dg.AssetKey("sync")


@pytest.fixture
def instance(tmp_path, monkeypatch):
    """An instance on disk, made before the services start: they would race to create it."""
    monkeypatch.setenv("DAGSTER_HOME", str(tmp_path))
    (tmp_path / "dagster.yaml").write_text("telemetry: {enabled: false}\n")
    with dg.DagsterInstance.get() as instance:
        yield instance


@pytest.fixture
def services(instance, tmp_path):
    """`dagster dev` on the location and its instance, stopped with everything it started."""
    assert instance.root_directory == str(tmp_path)
    with (tmp_path / "dev.log").open("w") as log:
        process = subprocess.Popen(  # noqa: S603 - our own program
            [sys.executable, "-m", "dagster", "dev", "-f", LOCATION, "--port", str(free_port())],
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        yield process
        stop(process)


@pytest.mark.usefixtures("services")
def test_a_sync_fires_after_the_slow_check_passed_and_not_otherwise(instance, tmp_path):
    """A failed check holds the sync through several ticks; a pass, and only that, lets it go."""
    until(lambda: ticks(instance), "the daemon to tick")

    mark = tmp_path / "broken"
    mark.touch()
    assert not publish(instance).success
    failed_at = time.time()
    until(lambda: len(ticks(instance, after=failed_at)) > 2, "ticks after the failure")
    assert syncs(instance) == []

    mark.unlink()
    assert publish(instance).success
    until(lambda: syncs(instance), "the sync to be launched")
    assert len(syncs(instance)) == 1
    assert syncs(instance)[0].create_timestamp.timestamp() > passed_at(instance)


def publish(instance):
    job = defs.resolve_implicit_global_asset_job_def()
    return job.execute_in_process(
        instance=instance, asset_selection=[publication.key], raise_on_error=False
    )


def ticks(instance, *, after=0.0):
    return [
        tick
        for state in instance.all_instigator_state()
        for tick in instance.get_ticks(state.instigator_origin_id, state.selector_id, limit=50)
        if tick.timestamp > after
    ]


def syncs(instance):
    return [
        record
        for record in instance.get_run_records()
        if SYNC in (record.dagster_run.asset_selection or ())
    ]


def passed_at(instance):
    record = instance.get_latest_asset_check_evaluation_record(slow_check.check_key)
    return record.event.timestamp


def until(is_true, what):
    """The daemon is another process: all one can do is look again, for a while."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not is_true():
        assert time.monotonic() < deadline, f"waited {PATIENCE_SECONDS} s for {what}"
        time.sleep(0.2)


def stop(process):
    """Ask it to end, and end it where it does not: it passes the question on to its children."""
    os.killpg(process.pid, signal.SIGTERM)
    try:
        process.wait(STOPPING_SECONDS)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]
