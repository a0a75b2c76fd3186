"""A home to look at, the dashboard's servers over it, and the system's Chromium to look with."""

import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

import duckdb
import pytest
from filelock import FileLock
from playwright.sync_api import expect, sync_playwright

from dashboard.publication import current
from tests.browser.looking import APP, FLAGS, chromium_path, plain_environment, served, settled

RETURNS, SEED = "120", "3"
GONE = 3
# What a person sees within is waited for; on a busy machine five seconds are not enough.
expect.set_options(timeout=30_000)


@pytest.fixture(scope="session")
def publication_home(tmp_path_factory, worker_id):
    """
    A home in which the whole pipeline has run once over a generated business.

    It takes half a minute to make: one worker makes it for all, and each has a copy to decide in.
    """
    session = tmp_path_factory.getbasetemp()
    shared = session if worker_id == "master" else session.parent
    with FileLock(shared / "looked-at.lock"):
        if not (shared / "looked-at.made").exists():
            _run_once(shared / "looked-at")
            (shared / "looked-at.made").touch()
    return Path(shutil.copytree(shared / "looked-at", session / "looked-at-here"))


def _run_once(home):
    command = [str(Path(sys.executable).with_name("returns")), "run"]
    finished = subprocess.run(  # noqa: S603 - our own command
        [*command, "--returns", RETURNS, "--seed", SEED],
        env={**plain_environment(), "RETURNS_HOME": str(home)},
        cwd=APP.parents[1],
        capture_output=True,
        text=True,
        check=False,
    )
    assert finished.returncode == 0, finished.stdout + finished.stderr
    _publish_one_before(home / "published")


def _publish_one_before(folder):
    """An earlier publication that lacked three of today's breaks, oldest first."""
    now = Path(current(folder).file)
    before = folder / "20200101T000000Z-before.duckdb"
    shutil.copyfile(now, before)
    with duckdb.connect(before) as connection:
        connection.execute(f"""
            delete from marts.fct_reconciliation_breaks where break_key in (
                select break_key from marts.fct_reconciliation_breaks
                where owner_role <> 'none' and currency = 'USD'
                order by break_key limit {GONE}
            );
            update ops.publication set as_of = as_of - interval 1 day;
        """)
    earlier = time.time() - 86_400
    os.utime(before, (earlier, earlier))


@pytest.fixture(scope="session")
def address(publication_home):
    """The dashboard as one person sees it."""
    with served(publication_home, DASHBOARD_USER="ann") as url:
        yield url


@pytest.fixture(scope="session")
def other_address(publication_home):
    """The same home as a second person sees it."""
    with served(publication_home, DASHBOARD_USER="bob") as url:
        yield url


@pytest.fixture(scope="module")
def chromium():
    """One browser a file: Playwright leaves its event loop running until the fixture ends."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium_path(), args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def readers(chromium):
    """One reader a theme, who keeps what the browser has loaded before."""
    return {
        scheme: chromium.new_context(color_scheme=scheme, timezone_id="Europe/Amsterdam")
        for scheme in ("light", "dark")
    }


@pytest.fixture
def look(readers, address):
    """Open a page of the dashboard and wait until it has said all it has to say."""
    pages = []

    def at(path="/", *, scheme="light", width=1280, address=address):
        page = readers[scheme].new_page()
        pages.append(page)
        page.set_viewport_size({"width": width, "height": 900})
        page.set_default_timeout(60_000)
        page.goto(address + path)
        settled(page)
        return page

    yield at
    for page in pages:
        page.close()


@pytest.fixture
def ask(publication_home):
    """Ask the publication itself, beside the dashboard."""

    def answer(statement):
        file = current(publication_home / "published").file
        with duckdb.connect(file, read_only=True) as connection:
            return connection.execute(statement).fetchone()

    return answer


@pytest.fixture
def metric():
    """Read the figure that stands under a label."""

    def read(page, label):
        card = page.get_by_test_id("stMetric").filter(
            has=page.get_by_test_id("stMetricLabel").get_by_text(label, exact=True)
        )
        return card.get_by_test_id("stMetricValue").inner_text().strip().replace("\xa0", " ")

    return read
