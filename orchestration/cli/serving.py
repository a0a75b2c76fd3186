"""Dagster's services on a home, for as long as they live its only starter of runs."""

import signal
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TextIO

from rich.console import Console

from orchestration.cli.cleaning import clean_up
from orchestration.cli.home import dagster_instance, dagster_storage, prepare_instance
from orchestration.cli.locks import runs_lock
from orchestration.cli.profile import settings_in_place
from orchestration.cli.systems import Choose, systems_as_kept
from orchestration.landing.store import workplace
from orchestration.resources.home import landing_of
from orchestration.resources.running import name_holder
from orchestration.resources.settings import environment, read_home

WORKSPACE = Path(__file__).parents[2] / "workspace.yaml"


def serve_dagster(console: Console, choose: Choose, *, port: int) -> int:
    """
    Serve Dagster's pages, schedule and sensors until they end, and return how they did.

    A run whose process died would hold the queue for ever: before anything starts, what the last
    services left is put away. On disk alone, for a bucket that does not answer yet stops nothing.
    """
    settings = read_home(environment())
    with runs_lock(settings.path) as lock:
        on_disk = workplace(landing_of(settings), settings.scratch)
        with dagster_instance(settings) as instance:  # its tables are there, its server answers
            clean_up(console, instance, settings, landing=on_disk)
        folder = prepare_instance(settings.path, is_on_postgres=bool(settings.dagster_url))
        in_place = {"DAGSTER_HOME": str(folder), "RETURNS_HOME": str(settings.path)}
        with (
            dagster_storage(settings),
            systems_as_kept(console, settings.path, choose),
            settings_in_place(in_place),
        ):
            return _until_it_ends(["dev", "-w", str(WORKSPACE), "-p", str(port)], lock)


def _until_it_ends(arguments: Sequence[str], lock: TextIO) -> int:
    """
    Run Dagster with the lock in its hands too, and be asked to end in its place.

    It ends its services when interrupted only: a service manager and a container ask by another
    signal, which nothing answers where this is a container's first process. What a shell starts in
    the background is told to ignore interrupts, and would hand that on to the services.
    """
    signal.signal(signal.SIGINT, signal.default_int_handler)
    command = [sys.executable, "-m", "dagster", *arguments]
    dagster = subprocess.Popen(command, pass_fds=[lock.fileno()])  # noqa: S603 - our own program
    name_holder(lock, dagster.pid)
    signal.signal(signal.SIGTERM, lambda *_: dagster.send_signal(signal.SIGINT))
    while True:
        try:
            return dagster.wait()
        except KeyboardInterrupt:
            continue  # Ctrl-C reached it as well
