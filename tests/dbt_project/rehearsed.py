"""Drawn flows, served by a sandbox and extracted once."""

from datetime import UTC, datetime

import dagster as dg

from orchestration.cli.profile import OWN_STATE, sandbox_in_place
from orchestration.definitions import EXTRACT
from orchestration.pipeline import run_job
from tests.oracle.write import dumped, scenarios

AS_OF = datetime(2026, 6, 1, tzinfo=UTC)


def extracted(folder, *, seed, count):
    """Return a landing folder of so many drawn flows; nothing is built and nothing sent."""
    flows = folder / "flows"
    flows.mkdir()
    for name, body in scenarios(seed, count).items():
        (flows / f"{name}.yaml").write_text(dumped(body), encoding="utf-8")
    home = folder / "home"
    files = sorted(flows.iterdir())
    with (
        sandbox_in_place(home, files, now=datetime.now(UTC), settings=OWN_STATE),
        dg.DagsterInstance.ephemeral() as instance,
    ):
        outcome = run_job(EXTRACT, instance=instance, as_of=AS_OF)
    assert outcome.is_success, outcome.problems
    return home / "landing"
