"""The rules inside the models, proved by dbt's own unit tests, and the project's promises."""

import json
from pathlib import Path

import duckdb
import pytest
from dbt.adapters.duckdb.connections import DuckDBConnectionManager
from dbt.cli.main import dbtRunner

from orchestration.assets.project import PROJECT
from orchestration.landing import create_source_views


@pytest.fixture(scope="module")
def invoke(tmp_path_factory):
    """dbt over a warehouse whose sources are all empty."""
    home = tmp_path_factory.mktemp("home")
    with duckdb.connect(home / "warehouse.duckdb") as connection:
        create_source_views(connection, home / "landing")

    def run(*arguments):
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("RETURNS_HOME", str(home))
            options = ["--project-dir", str(PROJECT), "--profiles-dir", str(PROJECT)]
            options += ["--target-path", str(home / "target"), "--log-path", str(home / "logs")]
            try:
                return dbtRunner().invoke([*arguments, *options, "--quiet"])
            finally:
                DuckDBConnectionManager.close_all_connections()

    built = run("build", "--exclude-resource-type", "unit_test")
    assert built.success, failures(built)
    run.target = home / "target"
    return run


def failures(outcome):
    results = outcome.result.results if outcome.result else []
    bad = [r for r in results if str(r.status) not in {"success", "pass"}]
    return [f"{r.node.name}: {r.message}" for r in bad] or outcome.exception


def test_every_model_builds_over_systems_that_recorded_nothing(invoke):
    manifest = json.loads((invoke.target / "manifest.json").read_text())
    marts = [n for n in manifest["nodes"].values() if n.get("schema") == "marts"]

    assert {n["name"] for n in marts} >= {"fct_return_lifecycle", "fct_refund_variance"}


def test_every_rule_with_a_branch_holds(invoke):
    outcome = invoke("test", "--select", "test_type:unit")

    assert outcome.success, failures(outcome)
    assert len(outcome.result.results) >= 8


def test_every_model_says_its_grain_and_every_mart_keeps_a_contract(invoke):
    manifest = json.loads((invoke.target / "manifest.json").read_text())
    models = [n for n in manifest["nodes"].values() if n["resource_type"] == "model"]

    undescribed = [n["name"] for n in models if not n["description"].startswith("One row per")]
    unbound = [
        n["name"]
        for n in models
        if n["schema"] == "marts" and not n["config"]["contract"]["enforced"]
    ]
    mute = [
        f"{n['name']}.{column}"
        for n in models
        if n["schema"] == "marts"
        for column, said in n["columns"].items()
        if not said["description"]
    ]
    assert (undescribed, unbound, mute) == ([], [], [])


def test_only_macros_know_which_engine_they_run_on():
    """What one engine alone understands stands in macros, so that the models travel."""
    own_words = (
        "::",
        "qualify ",
        "unnest(",
        "list_sort",
        "list_filter",
        "date_diff(",
        " exclude (",
    )
    found = [
        f"{path.name}: {word}"
        for path in Path(PROJECT, "models").rglob("*.sql")
        for word in own_words
        if word in path.read_text()
    ]

    assert found == []
