"""Which systems a command works on: the configured ones, or the sandbox in their place."""

import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from rich.console import Console

from orchestration.ledger import Ledger
from orchestration.rehearsal import scenario_files
from orchestration.resources.settings import environment, read_home
from orchestration.sandbox.scenario import ledger_actions
from orchestration.sandbox.server import RunningSandbox, run_forever, serve

# The sandbox has no history that must be left alone: every store and action is live since ever.
SANDBOX_SETTINGS = {"SYNC_MODE": "live", "SYNC_LIVE_SINCE": "*/*=1970-01-01"}
# What a user has configured for the real systems must not reach into a rehearsal.
OWN_LEDGER = {"LEDGER_URL": ""}
NOTHING: Mapping[str, str] = {}


@contextmanager
def settings_in_place(settings: Mapping[str, str]) -> Iterator[None]:
    """Let the resources read these settings; what was there before comes back."""
    before = dict(os.environ)
    os.environ.update(settings)
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)


@contextmanager
def sandbox_in_place(
    home: Path, files: Sequence[Path], *, now: datetime, settings: Mapping[str, str] = NOTHING
) -> Iterator[None]:
    """
    Serve the sandbox over these files and point the pipeline at it.

    Its books are in the home folder: what was loaded or sent before is still there.
    """
    with serve(home / "sandbox", list(files), port=0) as sandbox:
        pointing = {**sandbox.environment, **SANDBOX_SETTINGS, "RETURNS_HOME": str(home)}
        with settings_in_place({**pointing, **settings}):
            with Ledger(read_home(environment()).ledger_url) as ledger:
                ledger.record_confirmed(ledger_actions(list(files)), at=now, run_id="sandbox")
            yield


def serve_sandbox(console: Console, home: Path, *, scenarios: Path, port: int) -> None:
    """Serve the home's sandbox until interrupted, and print the settings that point at it."""
    folder = home / "sandbox"

    def announce(running: RunningSandbox) -> None:
        for name, value in sorted(running.environment.items()):
            console.print(f"{name}={value}", markup=False)
        console.print(f"These settings are in {folder / 'environment.json'}. Ctrl-C ends.")

    run_forever(folder, scenario_files(scenarios), port=port, announce=announce)
