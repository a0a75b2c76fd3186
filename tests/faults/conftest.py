"""The books every schedule is run over, and clients that repeat without waiting."""

import pytest
import stamina

from tests.faults.world import world

ATTEMPTS = 7


@pytest.fixture(scope="package", autouse=True)
def repeats_do_not_wait():
    hooks = stamina.instrumentation.get_on_retry_hooks()
    stamina.instrumentation.set_on_retry_hooks([])
    with stamina.set_testing(True, attempts=ATTEMPTS):
        yield
    stamina.instrumentation.set_on_retry_hooks(hooks)


@pytest.fixture(scope="module")
def books(tmp_path_factory):
    with world(tmp_path_factory.mktemp("books")) as made:
        yield made
