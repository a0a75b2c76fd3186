"""A sync that the system kills leaves one effect, by the books of a sandbox that lives on."""

import json
import os
import random
import signal
import subprocess
import sys
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from itertools import product
from pathlib import Path

import pytest

from orchestration.ledger import Ledger, State
from orchestration.sandbox.scenario import read_scenarios
from orchestration.sandbox.server import open_books, serve
from tests.ledger.fresh import fresh_ledger_file
from tests.sync import killed_run
from tests.sync.bench import READY, Bench

PROJECT = Path(__file__).parents[2]
COMMITS = ("plan", "approve", "claim", "mark_sent", "mark_confirmed")
POINTS = [f"{side} {where}" for where, side in product((*COMMITS, "effect"), ("before", "after"))]
SEED = int(os.environ.get("RETURNS_SEED", "20260701"))
# `make soak` kills forty.
KILLS = int(os.environ.get("RETURNS_SYNC_KILLS", "4"))
ACTIONS = ("issue_refund", "publish_quote")
CASES = list(product(ACTIONS, ("sqlite", "postgresql"), POINTS))


def drawn():
    """The windows in which the remote knows and we do not come first; the rest is drawn."""
    worst = [case for case in CASES if case[2] in {"after effect", "before mark_confirmed"}]
    rest = [case for case in CASES if case not in worst]
    random.Random(SEED).shuffle(rest)  # noqa: S311 - a test's own dice
    return (worst[::4] + worst[1::4] + worst[2::4] + worst[3::4] + rest)[:KILLS]


def row_for(action):
    """A row of the scenario that the sandbox serves."""
    made = Bench.__new__(Bench)
    made.stem, made.scenarios = READY.stem, read_scenarios([READY])
    if action == "issue_refund":
        return made.refund_gate()
    return made.case_gate(action, amount=made.refund_gate().amount, currency="USD")


def effects(folder, action):
    """What the books say after the sandbox has stopped."""
    books = open_books(folder, [READY])
    found = books.storefront.of_kind("us", "Refund" if action == "issue_refund" else "Metafield")
    books.close()
    return [
        each["totalRefundedSet"]["presentmentMoney"]["amount"]
        if action == "issue_refund"
        else json.loads(each["value"])["#1017-R1"]["quote"]["amount"]
        for each in found
    ]


@pytest.mark.parametrize(("action", "database", "point"), drawn())
def test_a_killed_sync_has_one_effect(request, tmp_path, action, database, point):
    print(f"seed {SEED}")
    url = fresh_ledger_file(tmp_path / "ledger.sqlite")
    if database == "postgresql":
        url = request.getfixturevalue("postgres").new()
    row = asdict(row_for(action))
    row |= {"amount": str(row["amount"]), "requested_at": row["requested_at"].isoformat()}
    file = tmp_path / "said.json"
    with serve(tmp_path / "sandbox", [READY]) as sandbox:
        said = {
            "url": sandbox.environment["SHOPIFY_US_URL"],
            "token": sandbox.environment["SHOPIFY_US_ACCESS_TOKEN"],
            "ledger": url,
            "row": {**row, "hold_reasons": []},
        }
        file.write_text(json.dumps(said))
        killed = subprocess.run(  # noqa: S603 - our own program
            [sys.executable, "-m", "tests.sync.killed_run", str(file), point],
            cwd=PROJECT,
            check=False,
        )
        assert killed.returncode == -signal.SIGKILL
        for minutes in (6, 12, 18):
            later = timedelta(minutes=minutes)
            killed_run.run(said, point="", clock=lambda later=later: datetime.now(UTC) + later)

    assert effects(tmp_path / "sandbox", action) == ["211.86"]
    with Ledger(url) as ledger:
        assert {record.state for record in ledger.intents()} == {State.CONFIRMED}
        assert ledger.verify_chain() == ()
