"""The dashboard as a server, and the system's Chromium to look at it."""

import os
import shutil
import socket
import subprocess
import sys
from pathlib import Path

import pytest
from playwright.sync_api import sync_playwright

APP = Path(__file__).parents[2] / "dashboard" / "app.py"
SCENARIOS = Path(__file__).parents[1] / "scenarios"
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]


@pytest.fixture(scope="session")
def publication_home(tmp_path_factory):
    """A home in which the whole pipeline has run once over the golden flows."""
    home = tmp_path_factory.mktemp("looked-at")
    configured = ("SHOPIFY_", "NETSUITE_", "SYNC_", "LEDGER_", "RETURNS_")
    environment = {k: v for k, v in os.environ.items() if not k.startswith(configured)}
    finished = subprocess.run(  # noqa: S603 - our own command
        [str(Path(sys.executable).with_name("returns")), "run", "--scenarios", str(SCENARIOS)],
        env={**environment, "RETURNS_HOME": str(home)},
        cwd=APP.parents[1],
        capture_output=True,
        text=True,
        check=False,
    )
    assert finished.returncode == 0, finished.stdout + finished.stderr
    return home


@pytest.fixture(scope="session")
def address(publication_home):
    """The dashboard's own server over that home."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "streamlit", "run", str(APP), "--server.port", str(port)]
    with subprocess.Popen(  # noqa: S603
        command,
        env={**os.environ, "RETURNS_HOME": str(publication_home)},
        cwd=publication_home,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as server:
        said = []
        for line in server.stdout:
            said.append(line)
            if "URL:" in line:
                break
        else:
            pytest.fail("the dashboard did not start:\n" + "".join(said))
        yield f"http://127.0.0.1:{port}"
        # It holds nothing; a polite end would wait for every open page.
        server.kill()


@pytest.fixture(scope="module")
def chromium():
    """One browser a file: Playwright leaves its event loop running until the fixture ends."""
    path = shutil.which("chromium") or shutil.which("chromium-browser")
    if path is None:
        pytest.fail(
            "Chromium is missing. Run: apt-get install --yes --no-install-recommends chromium"
        )
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
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

    def at(path="/", *, scheme="light", width=1280):
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


def settled(page):
    """Wait until the script of the page has ended and nothing of an earlier run is left."""
    page.wait_for_selector("h1")
    page.wait_for_function(
        """() => document.querySelector('[data-test-script-state="notRunning"]')
            && !document.querySelector('[data-stale="true"]')
            && !document.querySelector('[data-testid="stSkeleton"]')"""
    )
