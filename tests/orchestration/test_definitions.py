"""The code location: it loads from nothing, and everything in it says what it is."""

import os
import subprocess
import sys

import dagster as dg
import pytest

from orchestration.definitions import defs
from orchestration.extract.streams import STREAMS
from orchestration.gates import PUBLICATION_GATE


@pytest.fixture(scope="module")
def graph():
    return defs.resolve_asset_graph()


def test_it_loads_with_no_environment_set(tmp_path):
    """A code server starts before anybody has configured anything, and writes no state."""
    load = "from orchestration.definitions import defs; defs.resolve_all_job_defs()"
    environment = {"PATH": os.environ["PATH"], "HOME": str(tmp_path)}
    finished = subprocess.run(  # noqa: S603 - our own program
        [sys.executable, "-c", load], env=environment, capture_output=True, check=False
    )

    assert finished.returncode == 0, finished.stderr.decode()


def test_every_asset_has_a_group_and_a_description(graph):
    without = [
        key.to_user_string()
        for key in graph.get_all_asset_keys()
        if not graph.get(key).description or graph.get(key).group_name in {None, "default"}
    ]

    assert without == []


def test_every_stream_is_an_asset_and_every_dbt_source_is_landed_by_a_run_or_a_rehearsal(graph):
    keys = graph.get_all_asset_keys()
    of_rehearsals = dg.AssetKey(["rehearsal", "outcomes"])

    assert {dg.AssetKey([str(system), name]) for system, name in STREAMS} <= keys
    assert [key for key in keys if not graph.get(key).is_materializable] == [of_rehearsals]


def test_the_gate_names_checks_that_exist_and_block(graph):
    assert PUBLICATION_GATE.required <= set(graph.asset_check_keys)
    assert all(graph.get_check_spec(key).blocking for key in PUBLICATION_GATE.required)


def test_syncs_depend_on_the_publication_and_on_no_model(graph):
    syncs = [key for key in graph.get_all_asset_keys() if graph.get(key).group_name == "sync"]

    parents = {parent.path[0] for key in syncs for parent in graph.get(key).parent_keys}
    assert syncs
    assert parents <= {"ops", "sync"}


def test_every_sync_starts_by_itself_once_its_condition_holds(graph):
    syncs = [key for key in graph.get_all_asset_keys() if graph.get(key).group_name == "sync"]

    assert all(graph.get(key).automation_condition is not None for key in syncs)
    assert {sensor.default_status for sensor in defs.sensors} == {dg.DefaultSensorStatus.RUNNING}


def test_every_sync_has_a_job_for_hands_and_a_pool_of_its_own(graph):
    syncs = [key for key in graph.get_all_asset_keys() if graph.get(key).group_name == "sync"]
    jobs = {job.name for job in defs.jobs}

    assert {"restock_sync", "refund_sync", "notify_sync"} <= jobs
    assert len(syncs) == len([name for name in jobs if name.endswith("_sync")])
    pools = {pool for key in syncs for pool in defs.resolve_assets_def(key).op.pools}
    assert len(pools) == len(syncs)
