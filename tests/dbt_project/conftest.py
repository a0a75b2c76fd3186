"""dbt over a warehouse whose sources are all empty: every table is there, with its types."""

import shutil

import duckdb
import pytest
from dbt.adapters.duckdb.connections import DuckDBConnectionManager
from dbt.cli.main import dbtRunner
from filelock import FileLock

from orchestration.assets.project import PROJECT
from orchestration.landing import create_source_views


@pytest.fixture(scope="session")
def empty_home(tmp_path_factory, worker_id):
    """
    A home that was built over nothing, and beside it a copy that nobody writes to.

    It takes half a minute to build: one worker builds it for all.
    """
    session = tmp_path_factory.getbasetemp()
    shared = session if worker_id == "master" else session.parent
    home = shared / "built-over-nothing"
    with FileLock(home.with_suffix(".lock")):
        if not _as_built(home).exists():
            home.mkdir()
            with duckdb.connect(home / "warehouse.duckdb") as connection:
                create_source_views(connection, home / "landing")
            built = _dbt(home, "build", "--exclude-resource-type", "unit_test")
            assert built.success, failures(built)
            shutil.copytree(home, _as_built(home))
    return home


@pytest.fixture(scope="session")
def as_built(empty_home):
    """The home as the build left it, to read."""
    return _as_built(empty_home)


@pytest.fixture(scope="session")
def invoke(empty_home):
    """Run a command of dbt there; one file of tests does, for two commands cannot at once."""

    def run(*arguments, callbacks=()):
        return _dbt(empty_home, *arguments, callbacks=callbacks)

    run.target = empty_home / "target"
    return run


def _as_built(home):
    return home.with_name("as-built")


def _dbt(home, *arguments, callbacks=()):
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("RETURNS_HOME", str(home))
        options = ["--project-dir", str(PROJECT), "--profiles-dir", str(PROJECT)]
        options += ["--target-path", str(home / "target"), "--log-path", str(home / "logs")]
        # A log of every statement would take a tenth of the time, and nobody reads it.
        options += ["--log-level-file", "none", "--quiet"]
        try:
            return dbtRunner(callbacks=[*callbacks]).invoke([*arguments, *options])
        finally:
            DuckDBConnectionManager.close_all_connections()


def failures(outcome):
    results = outcome.result.results if outcome.result else []
    bad = [r for r in results if str(r.status) not in {"success", "pass"}]
    return [f"{r.node.name}: {r.message}" for r in bad] or outcome.exception
