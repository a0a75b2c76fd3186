"""A sandbox served for the whole room, and fresh ones that share its key pair."""

import shutil
from pathlib import Path

import pytest

from orchestration.sandbox.server import serve
from tests.sandbox.everything.calls import EVERYTHING, SCENARIOS, Erp


@pytest.fixture(scope="session")
def environment(tmp_path_factory):
    """Settings of a sandbox with every scenario file; nothing may be written to it."""
    folder = tmp_path_factory.mktemp("sandbox")
    with serve(folder, [*sorted(SCENARIOS.glob("*.yaml")), EVERYTHING]) as running:
        yield running.environment


@pytest.fixture(scope="session")
def erp(environment):
    return Erp(environment)


@pytest.fixture(scope="session")
def key_file(environment):
    return Path(environment["NETSUITE_PRIVATE_KEY_FILE"])


@pytest.fixture
def folder(key_file, tmp_path):
    """A folder for a sandbox of one's own; the key pair in it is only there to save time."""
    own = tmp_path / "books"
    own.mkdir()
    shutil.copy(key_file, own)
    return own
