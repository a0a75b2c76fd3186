"""A whole run whose evidence lands in a store of objects, and a folder that it is copied into."""

from datetime import UTC, datetime
from pathlib import Path

import duckdb
import pytest

from orchestration.assets.building import build_home
from orchestration.cli.profile import OWN_STATE, SANDBOX_SETTINGS, settings_in_place
from orchestration.landing.store import open_landing
from orchestration.resources.settings import environment, read_sync
from orchestration.sandbox.server import serve
from tests.faults.marts import AS_OF, marts_of_a_run, rows_of
from tests.object_store import SECRET, object_store

SCENARIOS = Path(__file__).parents[1] / "scenarios"
FLOWS = ("clean_single_return", "duplicate_credit_memo", "b2b_account_credit")
NOW = datetime(2026, 4, 1, 12, 30, tzinfo=UTC)


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    return tmp_path_factory.mktemp("home")


@pytest.fixture(scope="module")
def marts(home):
    """The published marts of the run, and those built where its landing was copied to."""
    files = [SCENARIOS / f"{name}.yaml" for name in FLOWS]
    copied = home.with_name("copied")
    with (
        object_store() as address,
        serve(home.with_name("books"), files, clock=lambda: NOW) as running,
        settings_in_place({**running.environment, **SANDBOX_SETTINGS, **OWN_STATE}),
        settings_in_place({"RETURNS_HOME": str(home), "RETURNS_LANDING": address}),
    ):
        published = marts_of_a_run(home)
        variables = read_sync(environment()).variables
        root = open_landing(address)
        root.fs.get(root.path, str(copied / "landing"), recursive=True)
    build_home(copied, as_of=AS_OF, variables=variables)
    with duckdb.connect(copied / "warehouse.duckdb", read_only=True) as connection:
        return published, rows_of(connection)


def test_the_marts_of_a_landing_in_a_store_are_those_of_the_same_landing_in_a_folder(marts):
    in_store, in_folder = marts

    assert len(in_folder["fct_return_lifecycle"]) == len(FLOWS)
    assert in_store == in_folder


@pytest.mark.usefixtures("marts")
def test_the_home_keeps_no_evidence_and_nothing_in_it_tells_the_stores_secret(home):
    assert (home / "published" / "current.json").exists()
    assert not (home / "landing").exists()
    assert [path for path in (home / "uploading").rglob("*") if path.is_file()] == []
    for path in home.rglob("*"):
        assert not path.is_file() or SECRET.encode() not in path.read_bytes()
