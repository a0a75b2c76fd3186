"""The books every schedule is run over, and clients that repeat without waiting."""

import pytest
import stamina

from orchestration.extract.shopify import bulk
from tests.faults.world import world

ATTEMPTS = 7


@pytest.fixture(scope="package", autouse=True)
def repeats_do_not_wait():
    hooks = stamina.instrumentation.get_on_retry_hooks()
    stamina.instrumentation.set_on_retry_hooks([])
    with stamina.set_testing(True, attempts=ATTEMPTS):
        yield
    stamina.instrumentation.set_on_retry_hooks(hooks)


@pytest.fixture(autouse=True)
def bulk_operations_are_not_waited_for(monkeypatch):
    for name in ("FIRST_POLL_SECONDS", "LONGEST_POLL_SECONDS"):
        monkeypatch.setattr(bulk, name, 0.01)
    for name in ("SLOT_SECONDS", "OPERATION_SECONDS"):
        monkeypatch.setattr(bulk, name, 0.2)


@pytest.fixture(scope="module")
def books(tmp_path_factory):
    with world(tmp_path_factory.mktemp("books")) as made:
        yield made
