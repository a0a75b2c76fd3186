"""The instance of Dagster that a home folder holds."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import dagster as dg
import yaml
from sqlalchemy.exc import OperationalError, ProgrammingError

from orchestration.cli.profile import settings_in_place
from orchestration.resources.settings import DAGSTER_URL, HomeSettings

INSTANCE_SETTINGS = {
    "telemetry": {"enabled": False},
    # No dialog that asks for an address before anything else.
    "nux": {"enabled": False},
    # One slot a pool: the warehouse has one writer, a sync one sender.
    "concurrency": {
        "pools": {"default_limit": 1, "granularity": "op"},
        "runs": {"max_concurrent_runs": 1},
    },
    # What nobody looks at any more: sensors are asked every minute, and most skip.
    "retention": {
        kind: {"purge_after_days": {"skipped": 7, "failure": 30, "success": 30}}
        for kind in ("schedule", "sensor", "auto_materialize")
    },
    "run_monitoring": {"enabled": True, "free_slots_after_run_end_seconds": 60},
}


ON_POSTGRES = {"storage": {"postgres": {"postgres_url": {"env": DAGSTER_URL}}}}
SETTINGS = "dagster.yaml"


class InstanceError(RuntimeError):
    """Dagster's own storage cannot be opened; the message says what to do."""


@contextmanager
def dagster_instance(settings: HomeSettings) -> Iterator[dg.DagsterInstance]:
    """Open Dagster's own storage of a home; raises InstanceError where its server does not."""
    with dagster_storage(settings):
        folder = prepare_instance(settings.path, is_on_postgres=bool(settings.dagster_url))
        with _opened(folder) as instance:
            yield instance


@contextmanager
def dagster_storage(settings: HomeSettings) -> Iterator[None]:
    """Let Dagster find the address of its database, here and in what is started meanwhile."""
    with settings_in_place({DAGSTER_URL: settings.dagster_url} if settings.dagster_url else {}):
        yield


def prepare_instance(home: Path, *, is_on_postgres: bool = False) -> Path:
    """
    Return Dagster's folder, whole: it is made beside its place and renamed.

    A command killed while its databases are being created leaves nothing to mend. The address of
    a database holds a password: it stays in the settings, and the folder names the setting.
    """
    folder = home / "dagster"
    if not folder.exists():
        making = home / ".dagster"
        shutil.rmtree(making, ignore_errors=True)
        making.mkdir(parents=True)
        said = _settings(making, is_on_postgres=is_on_postgres)
        (making / SETTINGS).write_text(said, encoding="utf-8")
        with _opened(making) as instance:
            instance.get_run_records(limit=1)
        making.rename(folder)
    said = _settings(folder, is_on_postgres=is_on_postgres)
    if (folder / SETTINGS).read_text(encoding="utf-8") != said:
        partial = folder / f".{SETTINGS}"
        partial.write_text(said, encoding="utf-8")
        partial.replace(folder / SETTINGS)
    return folder


def _settings(folder: Path, *, is_on_postgres: bool) -> str:
    """Return the dagster.yaml of a folder, which names the folder: a home may be moved."""
    history = folder.resolve() / "history"
    in_files = {
        "run_storage": _stored("OpenRuns", history),
        "event_log_storage": _stored("OpenEventLog", history / "runs"),
    }
    return yaml.safe_dump(INSTANCE_SETTINGS | (ON_POSTGRES if is_on_postgres else in_files))


def _stored(kind: str, folder: Path) -> dict[str, object]:
    config = {"base_dir": str(folder)}
    return {"module": "orchestration.cli.history", "class": kind, "config": config}


@contextmanager
def _opened(folder: Path) -> Iterator[dg.DagsterInstance]:
    try:
        opened = dg.DagsterInstance.from_config(str(folder))
    except _unanswered() as error:
        if DAGSTER_URL not in os.environ:
            raise  # the home's own files: no server is to blame
        raise InstanceError(
            f"Dagster's database, which {DAGSTER_URL} names, does not answer: start its server,"
            " mend the address, or leave the setting empty to keep runs in the home"
        ) from error
    except ProgrammingError as error:
        raise InstanceError(
            f"Dagster's database, which {DAGSTER_URL} names, lets its user make no tables: give"
            " the user a database of its own, `create database ... owner ...`"
        ) from error
    with opened as instance:
        yield instance


def _unanswered() -> tuple[type[Exception], ...]:
    """Loaded where it is needed: a home of its own has nothing to do with PostgreSQL."""
    from dagster_postgres.utils import DagsterPostgresException

    return OperationalError, DagsterPostgresException
