"""Somebody starts a sync by hand in Dagster's own pages and sees it through."""

import shutil
import subprocess
import sys
import urllib.error
import urllib.request
from contextlib import contextmanager
from pathlib import Path

import dagster as dg
import pytest
from playwright.sync_api import expect

from orchestration.ledger import Ledger
from orchestration.sync.assets import key_of
from tests.browser.looking import APP, plain_environment
from tests.orchestration.test_automation import free_port, stop, until

# A store that the sync knows and, in dry mode, never calls.
NOBODY = {
    "SHOPIFY_STORES": "us",
    "SHOPIFY_US_URL": "https://shop.invalid",
    "SHOPIFY_US_ACCESS_TOKEN": "token",
}
PATIENCE = 180_000
JOB = "/locations/return_lifecycle/jobs/restock_sync"


@pytest.fixture(scope="module")
def home(publication_home, tmp_path_factory):
    """What the pages need of a home in which the pipeline has run, as a copy of it."""
    copy = tmp_path_factory.mktemp("dagster") / "home"
    unneeded = shutil.ignore_patterns("landing", "warehouse*", "sandbox")
    return Path(shutil.copytree(publication_home, copy, ignore=unneeded))


@contextmanager
def dagster(home):
    """Serve Dagster as `make dagster` does, on a free port; hand out its address."""
    port = free_port()
    command = [str(Path(sys.executable).with_name("returns")), "dagster", "--port", str(port)]
    with (home / "dagster.log").open("wb") as log:
        server = subprocess.Popen(  # noqa: S603 - our own command
            command,
            env={**plain_environment(), **NOBODY, "RETURNS_HOME": str(home)},
            cwd=APP.parents[1],
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        url = f"http://127.0.0.1:{port}"
        until(lambda: _is_up(url) or server.poll() is not None, "Dagster to start")
        assert server.poll() is None, (home / "dagster.log").read_text()
        yield url
    finally:
        stop(server)


def _is_up(url):
    try:
        urllib.request.urlopen(f"{url}/server_info", timeout=5).close()  # noqa: S310 - our own
    except (urllib.error.URLError, TimeoutError):
        return False
    return True


def test_a_sync_is_started_by_hand_in_dry_mode_and_seen_to_succeed(home, chromium):
    before = entries(home)
    with dagster(home) as url:
        page = chromium.new_page()
        page.set_default_timeout(PATIENCE)
        page.goto(url + JOB)
        page.get_by_role("button", name="Materialize").first.click()
        page.get_by_text("View", exact=True).click()
        page.wait_for_url("**/runs/*")
        expect(page.get_by_text("Success", exact=True).first).to_be_visible(timeout=PATIENCE)
        page.close()

    with dg.DagsterInstance.from_config(str(home / "dagster")) as instance:
        (run,) = instance.get_runs(dg.RunsFilter(job_name="restock_sync"))
        assert run.status is dg.DagsterRunStatus.SUCCESS
        made = instance.get_latest_materialization_event(key_of("restock"))
    assert made.run_id == run.run_id
    assert made.asset_materialization.metadata["mode"].value == "dry"
    assert entries(home) == before


def entries(home):
    """Return how many entries the ledger's history has: whatever is decided or sent adds one."""
    with Ledger(f"sqlite:///{home / 'ledger.sqlite'}") as ledger:
        return len(ledger.history())
