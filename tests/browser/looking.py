"""The dashboard as a server, and how to wait until a page has said all it has to say."""

import os
import shutil
import socket
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path

APP = Path(__file__).parents[2] / "dashboard" / "app.py"
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]
PAGES = {
    "/": "Can this period be closed?",
    "/breaks": "What has to be mended, and by whom?",
    "/variance": "Do refunds match in storefront, bank and ERP?",
    "/stages": "Where is every return?",
    "/exposure": "What is on sale that has not passed inspection?",
    "/one_return": "What can I tell the customer?",
    "/diagnostics": "Do returns come out right?",
    "/accruals": "What do we owe for returns, and what is coming back?",
    "/gates": "What may be sent, what is held, and why?",
    "/health": "May these numbers be trusted, and what do they mean?",
}
CONFIGURED = (
    *("SHOPIFY_", "NETSUITE_", "SYNC_", "LEDGER_", "RETURNS_", "DASHBOARD_", "DAGSTER_"),
)


def plain_environment():
    """Return this process's environment without any setting of the project."""
    return {k: v for k, v in os.environ.items() if not k.startswith(CONFIGURED)}


def chromium_path():
    """Return the system's Chromium, or say what to run."""
    path = shutil.which("chromium") or shutil.which("chromium-browser")
    if path is None:
        raise FileNotFoundError(
            "Chromium is missing. Run: apt-get install --yes --no-install-recommends chromium"
        )
    return path


def free_port():
    """Return a port that nobody listens on now."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


def starting(port, *options, app=APP):
    """Return the command that starts the dashboard, or another app."""
    command = [sys.executable, "-m", "streamlit", "run", str(app), "--server.port", str(port)]
    return [*command, *options]


@contextmanager
def served(home, *options, folder=None, **settings):
    """Serve the dashboard over a home on a free port; hand out its address."""
    port = free_port()
    with started(home, starting(port, *options), folder=folder, **settings):
        yield f"http://127.0.0.1:{port}"


@contextmanager
def started(home, command, *, folder=None, **settings):
    """Start a server over a home and wait until it says where it is; hand out its process."""
    with subprocess.Popen(  # noqa: S603 - our own command
        command,
        env={**plain_environment(), "RETURNS_HOME": str(home), **settings},
        cwd=folder or home,
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
            raise RuntimeError("the dashboard did not start:\n" + "".join(said))
        try:
            yield server
        finally:
            # It holds nothing; a polite end would wait for every open page.
            server.kill()


def settled(page):
    """Wait until the script of the page has ended and nothing of an earlier run is left."""
    page.wait_for_selector("h1")
    page.wait_for_function(
        """() => document.querySelector('[data-test-script-state="notRunning"]')
            && !document.querySelector('[data-stale="true"]')
            && !document.querySelector('[data-testid="stSkeleton"]')"""
    )
