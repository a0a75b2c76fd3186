"""Runs whose process died hold nobody up, and nothing disturbs a run that is alive."""

import json
import os
import signal
import socket
import subprocess
import sys
import urllib.request
from contextlib import contextmanager, suppress
from importlib import import_module
from pathlib import Path
from urllib.parse import urlsplit

import dagster as dg
import pytest
from rich.console import Console
from typer.testing import CliRunner

from orchestration.cli import app
from orchestration.cli.cleaning import clean_up
from orchestration.cli.home import dagster_instance
from orchestration.cli.locks import HomeBusyError, runs_lock
from orchestration.cli.profile import SANDBOX
from orchestration.resources.running import seen_to_run
from orchestration.resources.settings import DAGSTER_URL, read_home
from orchestration.sandbox.server import serve
from tests.browser.looking import plain_environment
from tests.ledger.postgres import running_cluster
from tests.orchestration.test_automation import free_port, until

CHECKOUT = Path(__file__).parents[2]
# A run through the command's own door, in a process that is gone at the first word of the run.
DIES = """
import os
from datetime import UTC, datetime
from orchestration.cli.home import dagster_instance
from orchestration.definitions import EXTRACT
from orchestration.pipeline import run_job
from orchestration.resources.settings import environment, read_home

with dagster_instance(read_home(environment())) as instance:
    run_job(EXTRACT, instance=instance, as_of=datetime.now(UTC), listener=lambda _: os._exit(9))
"""
LAUNCH = """
mutation($job: String!) {
  launchRun(executionParams: {runConfigData: "{}", selector: {jobName: $job,
    repositoryLocationName: "return_lifecycle", repositoryName: "__repository__"}}) {
    ... on LaunchRunSuccess { run { runId } }
  }
}
"""


@pytest.fixture
def home(tmp_path, monkeypatch):
    """A home of its own, with nothing configured."""
    for name in os.environ.keys() - plain_environment().keys():
        monkeypatch.delenv(name)
    monkeypatch.setenv("RETURNS_HOME", str(tmp_path))
    return tmp_path


def dead_run(home, settings=()):
    """Leave a run that its process did not end, and return its id."""
    died = subprocess.run(  # noqa: S603 - our own code
        [sys.executable, "-c", DIES],
        env={**plain_environment(), **dict(settings), "RETURNS_HOME": str(home)},
        cwd=CHECKOUT,
        check=False,
    )
    assert died.returncode == 9
    (left,) = (home / "running").iterdir()
    return left.name


def status(instance, run_id):
    return instance.get_run_by_id(run_id).status


@pytest.fixture
def silent_store():
    """Settings of a store that takes a call and never answers: a run of it does not end."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield {
            "SHOPIFY_STORES": "us",
            "SHOPIFY_US_URL": f"http://127.0.0.1:{listener.getsockname()[1]}",
            "SHOPIFY_US_ACCESS_TOKEN": "token",
        }


@contextmanager
def ignored_interrupts():
    """What is started meanwhile ignores interrupts, as what a script starts with `&` does."""
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


@contextmanager
def serving(home, port, settings=()):
    """Serve Dagster as `make dagster` does; hand the process out, and leave none behind."""
    with (home / "dagster.log").open("wb") as log:
        process = subprocess.Popen(  # noqa: S603 - our own command
            [Path(sys.executable).with_name("returns"), "dagster", "--port", str(port)],
            env={**plain_environment(), **dict(settings), "RETURNS_HOME": str(home)},
            cwd=CHECKOUT,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        yield process
    finally:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def launched(port):
    """Start a job in Dagster's pages; return the run's id, or nothing as long as it cannot."""
    asked = json.dumps({"query": LAUNCH, "variables": {"job": "extract_sources"}}).encode()
    request = urllib.request.Request(
        f"http://127.0.0.1:{port}/graphql", asked, {"Content-Type": "application/json"}
    )
    try:
        with urllib.request.urlopen(request, timeout=60) as answer:  # noqa: S310 - our own
            return json.load(answer)["data"]["launchRun"].get("run", {}).get("runId")
    except OSError:
        return None


def listens(port):
    """Whether anything answers on a port of this machine."""
    with socket.socket() as asking:
        return asking.connect_ex(("127.0.0.1", port)) == 0


def is_free(home):
    try:
        with runs_lock(home):
            return True
    except HomeBusyError:
        return False


def refusal():
    """Return what a command says that may not disturb runs."""
    refused = CliRunner().invoke(app, ["compact"])
    assert refused.exit_code == 2, refused.output
    return refused.output


def test_a_run_that_lost_its_process_does_not_keep_the_next_one_in_the_queue(home, silent_store):
    """A machine that loses its power, a container that is killed: nobody reports the run."""
    half = half_batch(home)
    dead = dead_run(home)
    port = free_port()
    with dagster_instance(read_home(os.environ)) as instance:
        assert status(instance, dead) is dg.DagsterRunStatus.STARTED

        with serving(home, port, silent_store) as command:
            begun = []
            until(lambda: begun or begun.extend(filter(None, [launched(port)])), "the pages")
            running = home / "running" / begun[0]
            until(running.exists, "the run to leave the queue and begin")
            assert status(instance, dead) is dg.DagsterRunStatus.FAILURE
            assert not (home / "running" / dead).exists()
            assert not half.exists()

            command.kill()  # it asks nobody to end; a run of its services outlives them
            command.wait()
            until(lambda: f"a run is still at work in {home}" in refusal(), "the services to end")
            assert not listens(port)

            os.kill(int(running.read_text().split()[0]), signal.SIGINT)
            until(lambda: is_free(home), "the run to end")
            until(lambda: instance.get_run_by_id(begun[0]).is_finished, "its end to be reported")


def test_dagster_that_is_asked_to_end_takes_its_services_along(home):
    """Also where a script had started it in the background, which ignores interrupts."""
    port = free_port()
    with ignored_interrupts(), serving(home, port) as command:
        until(lambda: listens(port), "the services to start")
        command.terminate()
        assert command.wait(60) == 0
        assert is_free(home)
        assert not listens(port)


def test_dagster_ends_as_a_whole_when_one_of_its_services_does(home, silent_store):
    """Whoever watches it sees an exit code: pages without a daemon would look alive."""
    port = free_port()
    with serving(home, port, silent_store) as command:
        until(lambda: listens(port), "the services to start")
        os.kill(child(command.pid, "dagster._daemon"), signal.SIGKILL)
        assert command.wait(60) == 2
        assert "Dagster's daemon ended unasked, with -9" in (home / "dagster.log").read_text()
        assert not listens(port)


def child(parent, program):
    """Return the process that another started to run a program."""
    asked = ["ps", "-A", "-ww", "-o", "pid=,ppid=,args="]
    said = subprocess.run(asked, check=True, capture_output=True, text=True)  # noqa: S603 - ours
    lines = [line.split(maxsplit=2) for line in said.stdout.splitlines()]
    (found,) = [int(pid) for pid, of, run in lines if int(of) == parent and program in run]
    return found


@pytest.fixture
def reached(monkeypatch):
    """Collect which stores Dagster's services, not started here, would reach."""
    seen = []

    class Services:
        pid = os.getpid()

        def __init__(self, *_, **__):
            stores = os.environ.get("SHOPIFY_STORES", "").split(",")
            for key in filter(None, stores):
                address = urlsplit(os.environ[f"SHOPIFY_{key.upper()}_URL"])
                with socket.create_connection((address.hostname, address.port)):
                    seen.append(key)

        def poll(self):
            raise KeyboardInterrupt  # asked to end as soon as they started

        def wait(self):
            return 0

    monkeypatch.setattr(subprocess, "Popen", Services)
    before = {asked: signal.getsignal(asked) for asked in (signal.SIGINT, signal.SIGTERM)}
    yield seen
    for asked, handler in before.items():
        signal.signal(asked, handler)


def test_dagster_serves_the_sandbox_that_a_home_was_made_with(home, reached):
    scenario = CHECKOUT / "tests" / "scenarios" / "clean_single_return.yaml"
    with serve(home / SANDBOX, [scenario]):
        pass

    served = CliRunner().invoke(app, ["dagster"])

    assert served.exit_code == 0, served.output
    assert "the sandbox stands in, with 1 scenario file" in " ".join(served.output.split())
    assert reached


def test_dagster_loads_no_sandbox_into_a_home_without_one(home, reached):
    served = CliRunner().invoke(app, ["dagster"])

    assert served.exit_code == 0, served.output
    assert "this home has no sandbox" in " ".join(served.output.split())
    assert reached == []
    assert not (home / SANDBOX).exists()


@pytest.mark.usefixtures("no_services")
@pytest.mark.parametrize(
    "command", [["run"], ["rebuild"], ["compact"], ["forget", "ada@example.com"], ["dagster"]]
)
def test_what_would_disturb_runs_is_refused_while_dagster_starts_them(home, command):
    (home / "warehouse.duckdb").touch()
    half = half_batch(home)

    with runs_lock(home):
        refused = CliRunner().invoke(app, command)

    assert refused.exit_code == 2, refused.output
    assert f"process {os.getpid()} on" in refused.output
    assert "end that process" in refused.output
    assert (home / "warehouse.duckdb").exists()
    assert half.exists()


@pytest.mark.usefixtures("home", "no_services")
@pytest.mark.parametrize("command", ["dagster", "dashboard", "webhooks"])
def test_what_listens_says_in_a_sentence_that_its_port_is_held(command):
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        refused = CliRunner().invoke(app, [command, "--port", str(port)])

    assert refused.exit_code == 2, refused.output
    (said,) = [line for line in refused.output.splitlines() if "Stopped" in line]
    assert f"port {port} of 127.0.0.1" in said
    assert f"`returns {command} --port {port + 1}`" in said


@pytest.mark.usefixtures("home", "no_services")
@pytest.mark.parametrize("command", ["dashboard", "webhooks"])
def test_an_address_that_is_not_this_machine_s_is_not_mended_by_another_port(command):
    refused = CliRunner().invoke(app, [command, "--host", "192.0.2.1"])

    assert refused.exit_code == 2, refused.output
    assert "192.0.2.1 is no address of this machine" in refused.output
    assert f"`returns {command} --host`" in refused.output


@pytest.mark.usefixtures("no_services")
@pytest.mark.parametrize("command", [["run"], ["rebuild"], ["dagster"]])
def test_a_run_that_outlives_its_dagster_is_left_to_end(home, command):
    half = half_batch(home)

    with seen_to_run(home, "0a"):
        refused = CliRunner().invoke(app, command)

    assert refused.exit_code == 2, refused.output
    assert f"a run is still at work in {home}: process {os.getpid()} on" in refused.output
    assert half.exists()


@pytest.fixture
def no_services(monkeypatch):
    """What should be refused does not serve for ever where it is not."""

    def start(*_, **__):
        raise AssertionError("services were started")

    # What the commands load parses a project that has changed in a process of its own.
    import_module("orchestration.definitions")
    monkeypatch.setattr(subprocess, "Popen", start)
    monkeypatch.setattr(os, "execv", start)


def half_batch(home):
    folder = home / "landing" / "shopify" / "orders" / "us" / "20260320T000000000000Z-0000-0a"
    folder.mkdir(parents=True)
    (folder / "rows.parquet").write_bytes(b"PAR1")
    return folder


def test_a_run_of_another_home_in_the_same_database_is_left_alone(tmp_path):
    with running_cluster() as cluster:
        url = {DAGSTER_URL: cluster.empty().replace("+psycopg", "")}
        ours, theirs = dead_run(tmp_path / "ours", url), dead_run(tmp_path / "theirs", url)
        settings = read_home({**url, "RETURNS_HOME": str(tmp_path / "ours")})

        with dagster_instance(settings) as instance:
            clean_up(Console(quiet=True), instance, settings, landing=settings.path / "landing")

            assert status(instance, ours) is dg.DagsterRunStatus.FAILURE
            assert status(instance, theirs) is dg.DagsterRunStatus.STARTED
    assert len(list((tmp_path / "theirs" / "running").iterdir())) == 1
