"""A run that dies at any instant, and is run again, ends where an undisturbed one ends."""

import os
import random
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import duckdb
import pytest

from orchestration.assets.publication import current

AS_OF = "2026-03-20T00:00:00+00:00"
SCENARIOS = Path(__file__).parents[1] / "scenarios"
# A refund to be paid, stock to be put back and held, a duplicate, and two links to choose between:
# `make soak` takes every flow, and kills twenty times.
FLOWS = (
    "ambiguous_twins",
    "duplicate_credit_memo",
    "erp_first_refund_ready",
    "quarantined_then_released",
    "restocked_before_inspection",
)
# Its first kill falls into the build; `tests/sync/test_killed_syncs.py` kills within syncs.
SEED = int(os.environ.get("RETURNS_SEED", "20260330"))
KILLS = int(os.environ.get("RETURNS_KILLS", "1"))
TABLES = """
select table_name, list(column_name order by ordinal_position)
from information_schema.columns where table_schema = 'marts' group by all order by all
"""
# A sync stamps the records it writes with the time of its own day, and evidence names that time.
STAMPED = {"evidence", "gate_key"}


@pytest.fixture(scope="module")
def flows(tmp_path_factory):
    """The folder of the flows that are run."""
    if KILLS > 1:
        return SCENARIOS
    folder = tmp_path_factory.mktemp("flows")
    for name in FLOWS:
        shutil.copy(SCENARIOS / f"{name}.yaml", folder)
    return folder


def started(home, flows):
    environment = {name: value for name, value in os.environ.items() if "SHOPIFY" not in name}
    return subprocess.Popen(  # noqa: S603 - our own command
        [
            str(Path(sys.executable).with_name("returns")),
            "run",
            "--scenarios",
            str(flows),
            "--as-of",
            AS_OF,
        ],
        env={**environment, "RETURNS_HOME": str(home)},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )


def finished(home, flows, without=frozenset()):
    """Run to the end; return how long it took and what the marts say, but for some columns."""
    begun = time.monotonic()
    run = started(home, flows)
    said, _ = run.communicate(timeout=300)
    assert run.returncode == 0, said
    return time.monotonic() - begun, published_marts(home, without)


def published_marts(home, without):
    publication = current(home / "published")
    with duckdb.connect(publication, read_only=True) as connection:
        return {
            name: sorted(
                repr(
                    [
                        value
                        for column, value in zip(columns, row, strict=True)
                        if column not in without
                    ]
                )
                for row in connection.execute(f"select * from marts.{name}").fetchall()
            )
            for name, columns in connection.execute(TABLES).fetchall()
        }


def test_a_run_killed_at_random_instants_and_run_again_ends_in_the_same_marts(tmp_path, flows):
    print(f"seed {SEED}, {KILLS} kills")
    moments = random.Random(SEED)  # noqa: S311 - a test that can be repeated
    seconds, undisturbed = finished(tmp_path / "undisturbed", flows)
    share_credentials(tmp_path / "undisturbed", tmp_path / "killed")

    killed = 0
    while killed < KILLS:
        run = started(tmp_path / "killed", flows)
        try:
            run.communicate(timeout=moments.uniform(0.3, seconds))
        except subprocess.TimeoutExpired:
            os.killpg(run.pid, signal.SIGKILL)
            run.communicate()
            killed += 1

    _, after_kills = finished(tmp_path / "killed", flows)
    assert undisturbed["fct_return_lifecycle"]
    if differing(after_kills, undisturbed):
        # Syncs had begun before a kill: what they did is read by the next run of any home.
        undisturbed, after_kills = (
            finished(tmp_path / name, flows, without=STAMPED)[1]
            for name in ("undisturbed", "killed")
        )
    assert differing(after_kills, undisturbed) == {}


def share_credentials(one, other):
    """Customers' keys are made with a secret of the sandbox, and each home's has its own."""
    folder = other / "sandbox"
    folder.mkdir(parents=True)
    shutil.copy(one / "sandbox" / "credentials.json", folder)


def differing(found, expected):
    """Return the rows that only one side has, a few of each mart: found first."""
    sides = {name: (set(found[name]), set(expected[name])) for name in expected}
    return {
        name: (sorted(here - there)[:3], sorted(there - here)[:3])
        for name, (here, there) in sides.items()
        if here != there
    }
