"""Who may work in a home: one command at a time, and none that disturbs the runs of Dagster."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TextIO

from orchestration.resources.running import HeldError, lock, runs_begun

ELSEWHERE = "or set RETURNS_HOME to another folder"


class HomeBusyError(RuntimeError):
    """Somebody else works in this home; the message says who, and what to do."""


@contextmanager
def home_lock(home: Path) -> Iterator[None]:
    """Let one command at a time work in a home."""
    with ExitStack() as stack:
        try:
            stack.enter_context(lock(home / "run.lock"))
        except HeldError as error:
            raise HomeBusyError(
                f"process {error.holder} is already running in {home}; wait until it has ended,"
                f" {ELSEWHERE}"
            ) from error
        yield


@contextmanager
def lone_lock(home: Path) -> Iterator[None]:
    """Let a command change what runs work on: beside it are no command and no Dagster."""
    with home_lock(home), runs_lock(home):
        yield


@contextmanager
def runs_lock(home: Path) -> Iterator[TextIO]:
    """
    Yield the lock of whoever starts the runs of a home: no run is alive when it is handed out.

    A run may outlive the Dagster that started it, and is waited for as if that still lived.
    """
    with ExitStack() as stack:
        try:
            file = stack.enter_context(lock(home / "dagster.lock"))
        except HeldError as error:
            raise HomeBusyError(
                f"runs in {home} are started by process {error.holder} alone, `make dagster` or a"
                " command: start the job in Dagster's pages, or wait, or end that process (Ctrl-C,"
                f" or kill -INT) before you try again, {ELSEWHERE}"
            ) from error
        alive = [holder for holder in runs_begun(home).values() if holder]
        if alive:
            raise HomeBusyError(
                f"a run is still at work in {home}: process {alive[0]}; wait until it has ended,"
                f" or end it (kill -INT), {ELSEWHERE}"
            )
        yield file
