"""A PostgreSQL of this test session: its own cluster in a folder, on a socket of its own."""

import getpass
import os
import shutil
import subprocess
import tempfile
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

from orchestration.ledger import Ledger

REMEDY = "PostgreSQL's server programs are not installed: run `make database`"
TEMPLATE = "ledger_template"
# Nothing of a test outlives it, so it need not reach a disk: a database is three hundred files.
MEMORY = Path("/dev/shm")  # noqa: S108 - the folder in it is made by mkdtemp
# Older ones are of tests that have ended.
KEPT = 8


def _programs():
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    by_path = shutil.which("initdb")
    if found:
        return found[-1].parent
    if by_path:
        return Path(by_path).parent
    pytest.fail(REMEDY)
    return None


def _run(*arguments):
    """Run a program of the server; it refuses to be root."""
    if os.getuid() == 0:
        arguments = ("runuser", "-u", "postgres", "--", *arguments)
    subprocess.run(arguments, check=True, capture_output=True, cwd="/")  # noqa: S603


class Cluster:
    """Databases on demand, each a copy of one that holds an empty ledger."""

    def __init__(self, folder, user):
        self.folder, self.user, self.made = folder, user, 0
        self.admin = create_engine(self.url("postgres"), isolation_level="AUTOCOMMIT")
        self._execute(f"create database {TEMPLATE}")
        Ledger(self.url(TEMPLATE)).close()

    def url(self, name):
        return f"postgresql+psycopg://{self.user}@/{name}?host={self.folder}"

    def new(self):
        return self._made(f"template {TEMPLATE}")

    def empty(self):
        return self._made()

    def _made(self, how=""):
        self.made += 1
        self._execute(f"create database ledger_{self.made} {how}")
        if self.made > KEPT:
            self._execute(f"drop database ledger_{self.made - KEPT} with (force)")
        return self.url(f"ledger_{self.made}")

    def _execute(self, statement):
        with self.admin.connect() as connection:
            connection.execute(text(statement))


@contextmanager
def running_cluster():
    """Start a cluster, and stop and remove it at the end."""
    programs = _programs()
    beside = MEMORY if os.access(MEMORY, os.W_OK) else None
    folder = Path(tempfile.mkdtemp(prefix="returns-postgres-", dir=beside))
    user = "postgres" if os.getuid() == 0 else getpass.getuser()
    if os.getuid() == 0:
        shutil.chown(folder, "postgres")
    data = folder / "data"
    _run(str(programs / "initdb"), "-D", str(data), "-U", user, "--auth=trust", "--no-sync")
    options = f"-c listen_addresses='' -c unix_socket_directories='{folder}' -c fsync=off"
    control = (str(programs / "pg_ctl"), "-D", str(data), "-l", str(folder / "log"))
    _run(*control, "-w", "-o", options, "start")
    try:
        cluster = Cluster(folder, user)
        yield cluster
        cluster.admin.dispose()
    finally:
        _run(*control, "-m", "fast", "stop")
        shutil.rmtree(folder, ignore_errors=True)
