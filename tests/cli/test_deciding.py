"""People see what would be sent, decide by name, and stop everything with one command."""

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from typer.testing import CliRunner

from orchestration.cli import app
from orchestration.ledger import Ledger, State
from tests.ledger.fresh import fresh_ledger_file
from tests.sync.marts import add_unauthorized, write_publication
from tests.sync.world import gate

UNSEEN = gate("restock", line=3, decision="held", hold_reasons=("not_inspected",))
WAITING = gate(
    "issue_refund",
    order_line_id=None,
    quantity=None,
    amount=900,
    currency="USD",
    decision="held",
    hold_reasons=("above_approval_limit",),
)
OLD = gate("restock", line=2, decision="held", hold_reasons=("before_go_live",))
NOTICE = gate("notify", line=3, order_line_id=None, quantity=None, told="confirmation")


@pytest.fixture
def returns(tmp_path, monkeypatch):
    home = tmp_path / "home"
    home.mkdir()
    fresh_ledger_file(home / "ledger.sqlite")
    write_publication(home / "published", rows=[gate("restock"), OLD, UNSEEN, WAITING, NOTICE])
    monkeypatch.setenv("RETURNS_HOME", str(home))
    monkeypatch.setenv("COLUMNS", "220")
    for name in ("LEDGER_URL", "SYNC_MODE", "SYNC_LIVE_SINCE"):
        monkeypatch.delenv(name, raising=False)
    return lambda *arguments: CliRunner().invoke(app, list(arguments))


@pytest.fixture
def ledger(returns, tmp_path):  # noqa: ARG001 - its home is made first
    with Ledger(f"sqlite:///{tmp_path}/home/ledger.sqlite") as opened:
        yield opened


def test_a_plan_shows_what_would_be_sent_and_sends_nothing(returns, ledger):
    said = returns("plan").output

    assert "restock" in said
    assert "1 before_go_live" in said
    assert "Nothing waits for a person" in said
    assert ledger.history() == []


def test_a_held_row_is_proposed_by_one_person_and_approved_by_another(returns, ledger):
    assert returns("plan", "--propose", "restock-2", "--by", "ana").exit_code == 0
    same = returns("approve", "restock-2", "--by", "Ana")
    other = returns("approve", "restock-2", "--by", "ben")

    assert same.exit_code == 2
    assert "somebody else must approve" in same.output
    assert other.exit_code == 0
    assert ledger.intent("restock-2").state is State.APPROVED


@pytest.mark.parametrize(
    ("key", "said"), [("restock-1", "it is ready"), ("restock-3", "it is held for not_inspected")]
)
def test_a_row_that_no_approval_lifts_is_not_proposed(returns, ledger, key, said):
    finished = returns("plan", "--propose", key, "--by", "ana")

    assert finished.exit_code == 2
    assert said in finished.output
    assert ledger.intents() == []


def test_a_backup_of_a_ledger_that_is_not_there_makes_none(returns, tmp_path, monkeypatch):
    monkeypatch.setenv("LEDGER_URL", f"sqlite:///{tmp_path}/mistyped.sqlite")

    finished = returns("backup", str(tmp_path / "copy.sqlite"))

    assert finished.exit_code == 2
    assert "mistyped.sqlite is no ledger that is there" in finished.output
    assert not (tmp_path / "mistyped.sqlite").exists()


def test_what_waits_is_shown_with_its_key_and_can_be_refused(returns, ledger):
    ledger.plan(WAITING.intent, at=datetime.now(UTC), run_id="run-1")
    assert "issue_refund-1" in returns("plan").output

    returns("refuse", "issue_refund-1", "--by", "ana", "--note", "customer withdrew")

    assert ledger.intent("issue_refund-1").state is State.REFUSED


def test_a_key_stands_whole_in_a_narrow_terminal_beside_its_amount_and_its_planner(
    returns, ledger, monkeypatch
):
    monkeypatch.setenv("COLUMNS", "40")
    key = "2ae4cdb04c9e6bb1bddcf0f5962aad19" * 2
    run = "70852d93-3cf5-4b92-87e5-8b34d54727b6"
    intent = replace(WAITING.intent, intent_key=key, amount=Decimal("601.870"), currency="USD")
    ledger.plan(intent, at=datetime.now(UTC), run_id=run)

    lines = returns("plan").output.splitlines()

    assert key in (line.strip() for line in lines)
    assert any("USD 601.87, planned by a run" in line for line in lines)


def test_everything_is_halted_by_one_command_and_resumed_by_another(returns, ledger):
    assert returns("halt", "*/*", "--by", "ana", "--note", "stock count").exit_code == 0
    assert "halted" in returns("plan").output
    assert returns("resume", "*/*", "--by", "ben").exit_code == 0

    assert ledger.halts() == []
    assert [entry.state for entry in ledger.history()] == ["halted", "resumed"]


def test_a_slip_in_a_scope_is_named_before_it_halts_nothing_or_leaves_on_what_is_off(
    returns, ledger, monkeypatch
):
    refused = returns("halt", "us/restok", "--by", "ana", "--note", "stock count")
    assert "restok is no action: it is one of publish_quote" in refused.output
    monkeypatch.setenv("SHOPIFY_STORES", "us,uk")
    refused = returns("halt", "eu/restock", "--by", "ana", "--note", "stock count")
    assert "eu is no store: it is one of us, uk" in refused.output
    assert ledger.halts() == []

    monkeypatch.delenv("SHOPIFY_STORES")
    monkeypatch.setenv("SYNC_LIVE_SINCE", "us/*=2026-11-01,us/notfy=9999-01-01")
    examined = returns("doctor")
    assert examined.exit_code == 1
    assert "SYNC_LIVE_SINCE: notfy is no action" in examined.output


def test_a_backup_is_restored_under_another_address_and_over_nothing(
    returns, ledger, tmp_path, monkeypatch
):
    ledger.halt("*/*", who="ana", reason="stock count", at=datetime.now(UTC))
    copy, other = tmp_path / "copy.sqlite", tmp_path / "other.sqlite"

    assert "its history whole" in returns("backup", str(copy)).output
    monkeypatch.setenv("LEDGER_URL", f"sqlite:///{other}")
    assert returns("restore", str(copy)).exit_code == 0
    again = returns("restore", str(copy))

    assert "halted" in returns("plan").output
    assert again.exit_code == 2
    assert "restore into a new one" in again.output


@pytest.mark.parametrize(
    "command",
    [
        ("approve", "nothing", "--by", "ana"),
        ("refuse", "nothing", "--by", "ana", "--note", "-"),
        ("resume", "*/*", "--by", "ana"),
        ("halt", "us", "--by", "ana", "--note", "-"),
        ("halt", "us/restok", "--by", "ana", "--note", "-"),
        ("approve", "restock-1", "--by", " "),
        ("notify",),
        ("golive", "--since", "soon"),
    ],
)
def test_what_cannot_be_decided_is_refused_in_one_sentence(returns, command):
    finished = returns(*command)

    assert finished.exit_code == 2
    assert "Traceback" not in finished.output


def test_going_live_says_what_it_leaves_alone_and_what_it_touches(returns):
    said = returns("golive", "--since", "us/restock=2026-07-01T13:00:00Z").output
    (row,) = (line.split() for line in said.splitlines() if "restock" in line)

    assert row == ["us", "restock", "2026-07-01", "13:00", "2", "2", "0"]
    assert "Never: SYNC_LIVE_SINCE names no date for it." in said


def test_going_live_can_be_read_in_a_narrow_terminal(returns, tmp_path, monkeypatch):
    """Names of actions and amounts in one piece, amounts to the cent as everywhere else."""
    rows = [gate("issue_refund", quantity=None, amount=101_445, currency="GBP")]
    rows.append(gate("hold_for_inspection", line=8))
    (tmp_path / "home" / "published" / "one.duckdb").unlink()
    write_publication(tmp_path / "home" / "published", rows=rows)
    monkeypatch.setenv("COLUMNS", "80")

    said = returns("golive", "--since", "us/*=2026-12-01").output.splitlines()
    (refund,) = (line.split() for line in said if "issue_refund" in line)
    (held,) = (line.split() for line in said if "hold_for_inspection" in line)

    assert refund == ["us", "issue_refund", "2026-12-01", "1", "0", "GBP", "101,445.00", "0"]
    assert held[2] == "2026-12-01"


def test_going_live_counts_the_authorizations_that_would_be_opened(returns, tmp_path):
    add_unauthorized(tmp_path / "home" / "published" / "one.duckdb", case_key="us/return/77")

    said = returns("golive", "--since", "us/*=2026-06-01").output
    (row,) = (line.split() for line in said.splitlines() if "open_rma" in line)

    assert row == ["us", "open_rma", "2026-06-01", "00:00", "0", "0", "1"]


def test_notices_are_read_before_they_are_sent(returns):
    said = returns("notify", "--preview").output

    assert "Subject: Your return #1001-R1 is approved" in said
    assert "1 notice is due" in said


def test_a_name_of_no_return_is_not_said_to_have_no_notices(returns):
    of_one = returns("notify", "--preview", "--case", "#1001-R1")
    of_none = returns("notify", "--preview", "--case", "1001-R1")

    assert "1 notice is due" in of_one.output
    assert of_none.exit_code == 2
    assert "knows no return 1001-R1: write its name as the dashboard does" in of_none.output


def test_without_a_publication_the_remedy_is_named(returns, tmp_path):
    (tmp_path / "home" / "published" / "current.json").unlink()

    finished = returns("plan")

    assert finished.exit_code == 2
    assert "`returns run` publishes" in finished.output


@pytest.mark.parametrize("command", [["plan"], ["golive"], ["notify", "--preview"]])
def test_a_publication_that_cannot_be_found_by_its_pointer_is_made_anew(
    returns, tmp_path, command
):
    published = tmp_path / "home" / "published"
    for file in published.glob("*.duckdb"):
        file.unlink()
    gone = returns(*command)
    (published / "current.json").write_text("{")
    damaged = returns(*command)

    for finished, said in ((gone, "is gone"), (damaged, "names no publication any more")):
        assert finished.exit_code == 2, finished.output
        assert said in finished.output
        assert "`returns rebuild` publishes anew" in finished.output
    assert "names no publication any more" in returns("doctor").output


def test_where_the_sandbox_stands_in_only_its_stores_are_halted_or_go_live(
    returns, ledger, tmp_path
):
    (tmp_path / "home" / "sandbox").mkdir()
    environment = tmp_path / "home" / "sandbox" / "environment.json"
    environment.write_text('{"SHOPIFY_STORES": "uk,us"}')

    mistyped = returns("halt", "su/restock", "--by", "ana", "--note", "stocktaking")
    named = returns("halt", "us/restock", "--by", "ana", "--note", "stocktaking")
    tried = returns("golive", "--since", "su/restock=2026-07-01T13:00:00Z")

    for refused in (mistyped, tried):
        assert refused.exit_code == 2, refused.output
        assert "su is no store: it is one of uk, us" in refused.output
    assert named.exit_code == 0, named.output
    assert [halt.scope for halt in ledger.halts()] == ["us/restock"]


def test_a_call_that_nobody_made_is_not_said_to_have_moved_on(returns):
    finished = returns("settle", "nothing-1", "--applied", "--by", "ana", "--note", "looked")

    assert finished.exit_code == 2
    assert "there is no intent nothing-1: see `returns plan`" in finished.output
