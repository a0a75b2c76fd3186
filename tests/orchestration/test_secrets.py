"""What a failed run wrote holds no secret of either system."""

import io
import os
import subprocess
import sys
from pathlib import Path

import pytest
import zstandard

from orchestration.sandbox.server import serve

PROJECT = Path(__file__).parents[2]
FILES = [PROJECT / "tests" / "scenarios" / "clean_single_return.yaml"]


@pytest.fixture(params=["certificate", "token"])
def failing(request, tmp_path):
    """Return the settings of a run that fails late or at once, and all secrets in play."""
    with serve(tmp_path / "books", FILES) as running:
        credentials = running.books.credentials
        ways = {
            # The token is granted, and the first query names a field that is not there.
            "certificate": credentials.environment(running.url)
            | {"NETSUITE_ORDER_FIELD": "custbody_nowhere"},
            "token": credentials.token_environment(running.url, "ANOTHER_SB1"),
        }
        yield ways[request.param], secrets_of(credentials)


def secrets_of(credentials):
    keys = [credentials.rsa.key_file, credentials.curve.key_file]
    lines = [line for key in keys for line in key.read_text().splitlines() if "-" not in line]
    pair = credentials.pair
    return [
        *credentials.tokens.values(),
        credentials.app.client_secret,
        pair.consumer_secret,
        pair.token_secret,
        *(line for line in lines if len(line) > 20),
        "Bearer ",
    ]


def test_nothing_that_a_failed_run_wrote_holds_a_secret(failing, tmp_path):
    settings, secrets = failing
    home = tmp_path / "home"
    kept = {name: value for name, value in os.environ.items() if not name.startswith(OURS)}

    finished = subprocess.run(
        [sys.executable, "-c", "from orchestration.cli import app; app()", "run"],
        env=kept | settings | {"RETURNS_HOME": str(home)},
        cwd=PROJECT,
        capture_output=True,
        timeout=540,
        check=False,
    )

    assert finished.returncode != 0
    assert b"ERP" in finished.stdout
    written = {"stdout": finished.stdout, "stderr": finished.stderr} | {
        str(path.relative_to(home)): content_of(path) for path in home.rglob("*") if path.is_file()
    }
    assert any("event" in name or name.endswith(".db") for name in written)
    found = [
        (name, secret[:6])
        for name, content in written.items()
        for secret in secrets
        if secret.encode() in content
    ]
    assert found == []


OURS = ("SHOPIFY_", "NETSUITE_", "SYNC_", "LEDGER_", "RETURNS_")


def content_of(path):
    content = path.read_bytes()
    if path.suffix != ".zst":
        return content
    return zstandard.ZstdDecompressor().stream_reader(io.BytesIO(content)).read()
