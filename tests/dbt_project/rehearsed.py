"""Drawn flows, served by a sandbox and extracted once."""

import os
import subprocess
import sys
from pathlib import Path

from tests.oracle.write import dumped, scenarios


def extracted(folder, *, seed, count):
    """Return a landing folder of so many drawn flows, all actions dry."""
    flows = folder / "flows"
    flows.mkdir()
    for name, body in scenarios(seed, count).items():
        (flows / f"{name}.yaml").write_text(dumped(body), encoding="utf-8")
    home = folder / "home"
    configured = ("SHOPIFY_", "NETSUITE_", "SYNC_", "LEDGER_", "RETURNS_")
    environment = {k: v for k, v in os.environ.items() if not k.startswith(configured)}
    command = [str(Path(sys.executable).with_name("returns")), "run", "--scenarios", str(flows)]
    finished = subprocess.run(  # noqa: S603 - our own command
        [*command, "--as-of", "2026-06-01T00:00:00+00:00"],
        env={**environment, "RETURNS_HOME": str(home)},
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    assert finished.returncode == 0, finished.stdout + finished.stderr
    return home / "landing"
