"""A fresh ledger for each test: on disk, and on a PostgreSQL server."""

import pytest

from orchestration.ledger import Ledger
from tests.ledger.fresh import fresh_ledger_file
from tests.ledger.postgres import running_cluster


@pytest.fixture(scope="session")
def postgres():
    with running_cluster() as cluster:
        yield cluster


@pytest.fixture
def file(tmp_path):
    return tmp_path / "state" / "ledger.sqlite"


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request, file):
    """The address of an empty ledger; a server that is not there is a failure, not a skip."""
    if request.param == "sqlite":
        return fresh_ledger_file(file)
    return request.getfixturevalue("postgres").new()


@pytest.fixture
def ledger(url):
    with Ledger(url) as opened:
        yield opened


@pytest.fixture
def ledger_file(file):
    """A ledger that a test may tamper with as a file."""
    with Ledger(fresh_ledger_file(file)) as opened:
        yield opened
