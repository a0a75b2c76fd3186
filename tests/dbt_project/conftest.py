"""dbt over a warehouse whose sources are all empty: every table is there, with its types."""

import duckdb
import pytest
from dbt.adapters.duckdb.connections import DuckDBConnectionManager
from dbt.cli.main import dbtRunner

from orchestration.assets.project import PROJECT
from orchestration.landing import create_source_views


@pytest.fixture(scope="session")
def invoke(tmp_path_factory):
    """Run a command of dbt there."""
    home = tmp_path_factory.mktemp("home")
    with duckdb.connect(home / "warehouse.duckdb") as connection:
        create_source_views(connection, home / "landing")

    def run(*arguments, callbacks=()):
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("RETURNS_HOME", str(home))
            options = ["--project-dir", str(PROJECT), "--profiles-dir", str(PROJECT)]
            options += ["--target-path", str(home / "target"), "--log-path", str(home / "logs")]
            try:
                return dbtRunner(callbacks=[*callbacks]).invoke([*arguments, *options, "--quiet"])
            finally:
                DuckDBConnectionManager.close_all_connections()

    built = run("build", "--exclude-resource-type", "unit_test")
    assert built.success, failures(built)
    run.target = home / "target"
    run.warehouse = home / "warehouse.duckdb"
    return run


def failures(outcome):
    results = outcome.result.results if outcome.result else []
    bad = [r for r in results if str(r.status) not in {"success", "pass"}]
    return [f"{r.node.name}: {r.message}" for r in bad] or outcome.exception
