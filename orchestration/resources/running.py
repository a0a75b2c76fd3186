"""The runs of a home, each seen to live: it holds a lock that cannot outlive its process."""

import fcntl
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

import dagster as dg
from dagster._core.execution.context.system import PlanOrchestrationContext
from dagster._core.execution.plan.plan import ExecutionPlan
from dagster._core.execution.retries import RetryMode
from dagster._core.executor.in_process import InProcessExecutor

from orchestration.landing.manifest import flush
from orchestration.resources.settings import environment, read_home

RUNNING = "running"


class HeldError(RuntimeError):
    """Another process holds the lock; `holder` is what it wrote there of itself."""

    def __init__(self, holder: str) -> None:
        super().__init__(f"held by {holder}")
        self.holder = holder


@contextmanager
def lock(path: Path) -> Iterator[TextIO]:
    """
    Hold a file, with this process's name in it, and yield it; raises HeldError at once.

    A child that is given the open file holds it too, until both are gone.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a+", encoding="utf-8") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            file.seek(0)
            raise HeldError(file.read().strip() or "(unknown)") from error
        file.seek(0)
        file.truncate()
        # Whom to end for it to be free; several machines may share a home.
        file.write(f"{os.getpid()} on {socket.gethostname()}")
        file.flush()
        yield file


@contextmanager
def seen_to_run(home: Path, run_id: str) -> Iterator[None]:
    """Hold the file of a run while it works: only one that was killed leaves it, and unlocked."""
    file = home / RUNNING / run_id
    with lock(file):
        # Other storage may know the run after the power was lost: the file has to be there too.
        flush(file.parent)
        try:
            yield
        finally:
            forget_run(home, run_id)


def runs_begun(home: Path) -> dict[str, str]:
    """Return the runs that began in a home and did not end, with who is at work on each, or ""."""
    return {file.name: _holder(file) for file in sorted((home / RUNNING).glob("*"))}


def forget_run(home: Path, run_id: str) -> None:
    """Remove the file of a run that is over."""
    (home / RUNNING / run_id).unlink(missing_ok=True)


def _holder(file: Path) -> str:
    with file.open("a+", encoding="utf-8") as opened:
        try:
            fcntl.flock(opened, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            opened.seek(0)
            return opened.read().strip() or "(unknown)"
    return ""


class _SeenExecutor(InProcessExecutor):
    """Runs all steps in one process, and holds the file of the run meanwhile."""

    def execute(
        self, plan_context: PlanOrchestrationContext, execution_plan: ExecutionPlan
    ) -> Iterator[dg.DagsterEvent]:
        with seen_to_run(read_home(environment()).path, plan_context.run_id):
            yield from super().execute(plan_context, execution_plan)


@dg.executor(name="in_process")
def executor(_: dg.InitExecutorContext) -> dg.Executor:
    """Return what executes the runs that Dagster starts: one process, which the home can see."""
    return _SeenExecutor(RetryMode.ENABLED)
