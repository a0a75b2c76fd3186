"""A fresh world for each test of the syncs."""

import pytest

from tests.ledger.fresh import fresh_ledger_file
from tests.ledger.postgres import running_cluster
from tests.sync.bench import Bench
from tests.sync.world import World


@pytest.fixture
def world(tmp_path):
    made = World(tmp_path)
    yield made
    made.ledger.close()


@pytest.fixture
def bench(tmp_path):
    made = Bench(fresh_ledger_file(tmp_path / "ledger.sqlite"))
    yield made
    made.close()


@pytest.fixture
def both(tmp_path):
    """A bench whose ERP answers too."""
    made = Bench(fresh_ledger_file(tmp_path / "ledger.sqlite"), folder=tmp_path)
    yield made
    made.close()


@pytest.fixture(scope="session")
def postgres():
    with running_cluster() as cluster:
        yield cluster
