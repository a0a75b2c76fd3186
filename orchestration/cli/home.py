"""The home folder as one command holds it: a lock that dies with its process, and the instance."""

import fcntl
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import dagster as dg
import yaml

INSTANCE_SETTINGS = {
    "telemetry": {"enabled": False},
    # No dialog that asks for an address before anything else.
    "nux": {"enabled": False},
    # One slot a pool: the warehouse has one writer, a sync one sender.
    "concurrency": {
        "pools": {"default_limit": 1, "granularity": "op"},
        "runs": {"max_concurrent_runs": 1},
    },
    "run_monitoring": {"enabled": True, "free_slots_after_run_end_seconds": 60},
}


class HomeBusyError(RuntimeError):
    """Another command works in this home: wait for it."""

    def __init__(self, home: Path, *, holder: str) -> None:
        super().__init__(
            f"process {holder} is already running in {home}; wait until it has ended, or set"
            " RETURNS_HOME to another folder"
        )


@contextmanager
def home_lock(home: Path) -> Iterator[None]:
    """Let one command at a time work in a home; the lock cannot outlive its process."""
    home.mkdir(parents=True, exist_ok=True)
    with (home / "run.lock").open("a+", encoding="utf-8") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            file.seek(0)
            raise HomeBusyError(home, holder=file.read().strip() or "(unknown)") from error
        file.truncate(0)
        file.write(str(os.getpid()))
        file.flush()
        yield


def prepare_instance(home: Path) -> Path:
    """
    Return Dagster's folder, whole: it is made beside its place and renamed.

    A command killed while its databases are being created leaves nothing to mend.
    """
    folder = home / "dagster"
    if not folder.exists():
        making = home / ".dagster"
        shutil.rmtree(making, ignore_errors=True)
        making.mkdir(parents=True)
        (making / "dagster.yaml").write_text(yaml.safe_dump(INSTANCE_SETTINGS), encoding="utf-8")
        with dg.DagsterInstance.from_config(str(making)) as instance:
            instance.get_run_records(limit=1)
        making.rename(folder)
    return folder
