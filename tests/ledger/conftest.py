"""A fresh ledger on disk for each test."""

import pytest

from orchestration.ledger import Ledger


@pytest.fixture
def file(tmp_path):
    return tmp_path / "state" / "ledger.sqlite"


@pytest.fixture
def ledger(file):
    with Ledger(f"sqlite:///{file}") as opened:
        yield opened
