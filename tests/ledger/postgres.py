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
        self.made += 1
        name = f"ledger_{self.made}"
        self._execute(f"create database {name} template {TEMPLATE}")
        return self.url(name)

    def empty(self):
        self.made += 1
        self._execute(f"create database ledger_{self.made}")
        return self.url(f"ledger_{self.made}")

    def _execute(self, statement):
        with self.admin.connect() as connection:
            connection.execute(text(statement))


@contextmanager
def running_cluster():
    """Start a cluster, and stop and remove it at the end."""
    programs = _programs()
    folder = Path(tempfile.mkdtemp(prefix="returns-postgres-"))
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
        _run(*control, "-m", "immediate", "stop")
        shutil.rmtree(folder, ignore_errors=True)
