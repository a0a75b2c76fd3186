"""The rules inside the models, proved by dbt's own unit tests, and the project's promises."""

import json
import re

from tests.dbt_project.conftest import failures


def test_every_model_builds_over_systems_that_recorded_nothing(invoke):
    manifest = json.loads((invoke.target / "manifest.json").read_text())
    marts = [n for n in manifest["nodes"].values() if n.get("schema") == "marts"]

    assert {n["name"] for n in marts} >= {"fct_return_lifecycle", "fct_refund_variance"}


def test_every_rule_with_a_branch_holds(invoke):
    outcome = invoke("test", "--select", "test_type:unit")

    assert outcome.success, failures(outcome)


# Comments speak of cases, too.
BRANCH = re.compile(r"^(?!\s*--).*\bcase\b", re.M)


def test_every_model_with_a_branch_is_held_to_a_rule(invoke):
    manifest = json.loads((invoke.target / "manifest.json").read_text())
    held = {test["model"] for test in manifest["unit_tests"].values()}
    branching = {
        n["name"]
        for n in manifest["nodes"].values()
        if n["resource_type"] == "model" and BRANCH.search(n["raw_code"])
    }

    assert len(branching) > 50
    assert sorted(branching - held) == []


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


def test_the_documentation_generates_without_a_warning(invoke):
    told = []

    outcome = invoke("docs", "generate", callbacks=[told.append])

    assert outcome.success, outcome.exception
    assert [event.info.msg for event in told if event.info.level in {"warn", "error"}] == []
    assert (invoke.target / "catalog.json").exists()
