"""Dagster's services on a home, for as long as they live its only starter of runs."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console

from orchestration.cli.cleaning import clean_up
from orchestration.cli.home import dagster_instance, dagster_storage, prepare_instance
from orchestration.cli.locks import runs_lock
from orchestration.cli.ports import refuse_held_port
from orchestration.cli.profile import settings_in_place
from orchestration.cli.services import serve_until_one_ends
from orchestration.cli.systems import Choose, systems_as_kept
from orchestration.landing.store import workplace
from orchestration.resources.home import landing_of
from orchestration.resources.settings import environment, read_home


def serve_dagster(console: Console, choose: Choose, *, port: int) -> None:
    """
    Serve Dagster's pages, schedule and sensors until this process is asked to end.

    A run whose process died would hold the queue for ever: before anything starts, what the last
    services left is put away. On disk alone, for a bucket that does not answer yet stops nothing.
    Raises ServiceEndedError where a service ends unasked, and what stands in the way of a start.
    """
    settings = read_home(environment())
    with runs_lock(settings.path) as lock:
        refuse_held_port("dagster", port)
        on_disk = workplace(landing_of(settings), settings.scratch)
        with dagster_instance(settings) as instance:  # its tables are there, its server answers
            clean_up(console, instance, settings, landing=on_disk)
        folder = prepare_instance(settings.path, is_on_postgres=bool(settings.dagster_url))
        in_place = {"DAGSTER_HOME": str(folder), "RETURNS_HOME": str(settings.path)}
        with (
            dagster_storage(settings),
            systems_as_kept(console, settings.path, choose),
            settings_in_place(in_place),
            until_asked_to_end(),
        ):
            serve_until_one_ends(lock, port=port)


@contextmanager
def until_asked_to_end() -> Iterator[None]:
    """
    Let an interrupt or the signal of a service manager end what is done here, in peace.

    Nothing answers either where this is a container's first process, and what a shell starts in
    the background is told to ignore interrupts, and would hand that on to the services.
    """
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        yield
    except KeyboardInterrupt:
        return
