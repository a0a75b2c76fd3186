"""What the command says and how it ends."""

import os
import shutil
from functools import cache
from pathlib import Path

import duckdb
import pytest
from typer.testing import CliRunner

from orchestration.cli import app
from orchestration.cli.home import prepare_instance
from orchestration.cli.locks import HomeBusyError, home_lock
from orchestration.landing import create_source_views
from tests.landing.conftest import landing_into
from tests.oracle.write import dumped, scenarios

SCENARIOS = Path(__file__).parents[1] / "scenarios"
GOLDEN = sorted(SCENARIOS.rglob("*.yaml"))
SEED = int(os.environ.get("RETURNS_SEED", "20260701"))
# `make soak` draws more, on several clocks.
FLOWS = int(os.environ.get("RETURNS_FLOWS", "0"))


@pytest.fixture
def returns(tmp_path, monkeypatch):
    """Calls the command in a home of its own, with nothing configured."""
    return command_in(tmp_path / "home", monkeypatch)


def command_in(home, patch):
    for name in os.environ:
        if name.startswith(("SHOPIFY_", "NETSUITE_", "SYNC_", "LEDGER_", "RETURNS_")):
            patch.delenv(name)
    patch.setenv("RETURNS_HOME", str(home))
    patch.setenv("COLUMNS", "200")
    return lambda *arguments: CliRunner().invoke(app, list(arguments))


def test_help_lists_every_command(returns):
    said = returns("--help").output

    for command in ("run", "rehearse", "sandbox", "doctor", "dashboard", "dagster"):
        assert command in said


@pytest.fixture(scope="module")
def rehearsed(tmp_path_factory):
    """One rehearsal of the golden flows and of drawn ones: how it ended, and its lines."""
    folder = tmp_path_factory.mktemp("flows")
    for file in GOLDEN:
        shutil.copy(file, folder)
    for name, body in drawn().items():
        (folder / f"{name}.yaml").write_text(dumped(body))
    with pytest.MonkeyPatch.context() as patch:
        finished = command_in(tmp_path_factory.mktemp("home"), patch)("rehearse", str(folder))
    return finished, finished.output.splitlines()


@cache
def drawn():
    """Return the drawn flows, of the clock that most golden flows share unless more are asked."""
    flows = scenarios(SEED, FLOWS or 120)
    first_clock = min(body["as_of"] for body in flows.values())
    return {name: body for name, body in flows.items() if FLOWS or body["as_of"] == first_clock}


def test_every_golden_flow_comes_out_as_it_expects(rehearsed):
    finished, lines = rehearsed

    assert finished.exit_code == 0, finished.output
    assert {f"ok      {file.stem}" for file in GOLDEN} <= set(lines)
    assert f"{len(GOLDEN) + len(drawn())} ok, 0 differ" in lines
    assert "does not tie out" not in finished.output


def test_flows_drawn_at_random_come_out_as_a_second_reading_of_the_definitions_expects(rehearsed):
    finished, lines = rehearsed
    print(f"seed {SEED}, {len(drawn())} flows")

    assert drawn()
    assert finished.exit_code == 0, finished.output
    assert {f"ok      {name}" for name in drawn()} <= set(lines)


def test_a_rehearsal_tells_what_differs_and_ends_non_zero(returns, tmp_path):
    folder = tmp_path / "flows"
    folder.mkdir()
    shutil.copy(SCENARIOS / "clean_single_return.yaml", folder)
    wrong = (SCENARIOS / "two_partial_returns.yaml").read_text()
    wrong = wrong.replace("2026-03-25T00:00:00Z", "2026-03-20T00:00:00Z", 1)
    (folder / "wrong.yaml").write_text(
        wrong.replace("expected_amount: '10.81'", "expected_amount: '10.80'")
    )

    finished = returns("rehearse", str(folder))

    assert finished.exit_code == 1
    assert "ok      clean_single_return" in finished.output
    assert "differs wrong" in finished.output
    assert "variance: #1005-R1 differs in expected_amount: expected 10.80, found 10.81" in (
        finished.output
    )
    assert "1 ok, 1 differ" in finished.output
    assert recorded(tmp_path / "home") == [
        ("clean_single_return", [], True),
        ("wrong", ["partial"], False),
    ]


def recorded(home):
    """Return what the home's next build will know of rehearsals."""
    with duckdb.connect() as connection:
        create_source_views(connection, home / "landing")
        return connection.execute("""
            select scenario, kinds, difference_count = 0 from rehearsal.outcomes order by scenario
        """).fetchall()


def test_a_scenario_that_is_not_there_is_named(returns):
    finished = returns("rehearse", str(SCENARIOS), "--only", "nowhere")

    assert finished.exit_code == 2
    assert "has no scenario nowhere" in finished.output


def test_a_clock_that_is_none_is_refused(returns):
    finished = returns("run", "--as-of", "yesterday")

    assert finished.exit_code == 2
    assert "yesterday is no ISO 8601 time" in finished.output


def test_a_clock_before_the_calendar_begins_is_refused(returns):
    finished = returns("run", "--as-of", "0001-01-01T00:00:00+14:00")

    assert finished.exit_code == 2
    assert "is no ISO 8601 time" in finished.output


@pytest.mark.parametrize("command", ["run", "rebuild", "compact", "plan", "doctor", "sandbox"])
def test_a_home_that_is_a_file_is_named_with_the_remedy(tmp_path, monkeypatch, command):
    (tmp_path / "home").write_text("a file")
    finished = command_in(tmp_path / "home", monkeypatch)(command)

    assert finished.exit_code == (1 if command == "doctor" else 2), finished.output
    assert str(tmp_path / "home") in finished.output
    assert "check the path, its rights" in finished.output or "check path and rights" in (
        finished.output
    )


def test_nothing_is_rebuilt_from_nothing(returns, tmp_path):
    warehouse = tmp_path / "home" / "warehouse.duckdb"
    warehouse.parent.mkdir()
    warehouse.write_bytes(b"kept")

    finished = returns("rebuild")

    assert finished.exit_code == 2
    assert "nothing has landed" in finished.output
    assert warehouse.read_bytes() == b"kept"


def test_what_stops_a_build_is_told_once_with_its_file_and_remedy(returns, tmp_path):
    manifest = tmp_path / "home" / "landing" / "shopify" / "orders" / "us" / "b1" / "manifest.json"
    manifest.parent.mkdir(parents=True)
    manifest.write_text("{broken")

    damaged = returns("rebuild")

    assert damaged.exit_code == 2, damaged.output
    assert f"Stopped: models: {manifest} is no manifest any more" in damaged.output
    assert "restore its folder from a backup" in damaged.output
    assert "Dependencies for step" not in damaged.output


def test_a_damaged_landed_file_is_named_with_its_remedy(returns, tmp_path):
    root = tmp_path / "home" / "landing"
    batch = landing_into(root)("orders", {"id": "gid://shopify/Order/1"})
    rows = batch.folder(root) / "rows.parquet"
    rows.write_bytes(rows.read_bytes()[:-100])

    damaged = returns("rebuild")

    assert damaged.exit_code == 2, damaged.output
    # The terminal breaks its lines wherever they are full.
    assert str(rows) in "".join(damaged.output.splitlines())
    said = " ".join(damaged.output.split())
    assert "A landed file is damaged: restore its folder from a backup of landing" in said


def test_whoever_interrupts_a_command_hears_that_it_may_be_started_again(returns, monkeypatch):
    def interrupted(_):
        raise KeyboardInterrupt

    monkeypatch.setattr("orchestration.cli.doctor.examine", interrupted)

    finished = returns("doctor")

    assert finished.exit_code == 130
    assert "Interrupted: start again at any time" in finished.output
    assert "Traceback" not in finished.output


def test_half_a_configuration_names_every_missing_setting(returns, monkeypatch):
    monkeypatch.setenv("SHOPIFY_STORES", "us")

    finished = returns("doctor")

    assert finished.exit_code == 1
    for name in ("SHOPIFY_US_URL", "SHOPIFY_US_ACCESS_TOKEN", "NETSUITE_URL"):
        assert name in finished.output


@pytest.mark.parametrize("name", ["LEDGER_URL", "RETURNS_LANDING"])
def test_the_sandbox_writes_into_nothing_that_is_named_for_the_real_systems(
    returns, monkeypatch, tmp_path, name
):
    theirs = tmp_path / "theirs"
    theirs.mkdir()
    monkeypatch.setenv(
        name, f"sqlite:///{theirs}/ledger.sqlite" if name == "LEDGER_URL" else str(theirs)
    )

    finished = returns("run")

    assert finished.exit_code != 0
    assert f"no store and no ERP is configured, but {name} is set" in " ".join(
        finished.output.split()
    )
    assert list(theirs.iterdir()) == []


def test_a_second_command_in_a_home_is_told_who_is_there(tmp_path):
    with (
        home_lock(tmp_path),
        pytest.raises(HomeBusyError, match=f"process {os.getpid()} on .* is already running"),
        home_lock(tmp_path),
    ):
        pass


def test_the_lock_is_free_once_its_holder_has_gone(tmp_path):
    with home_lock(tmp_path):
        pass
    with home_lock(tmp_path):
        assert (tmp_path / "run.lock").exists()


def test_an_instance_half_made_by_a_killed_command_is_made_anew(tmp_path):
    half = tmp_path / ".dagster" / "history"
    half.mkdir(parents=True)
    (half / "runs.db").write_text("no database")

    folder = prepare_instance(tmp_path)

    assert (folder / "dagster.yaml").exists()
    assert not (tmp_path / ".dagster").exists()
