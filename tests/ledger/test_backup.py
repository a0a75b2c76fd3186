"""A ledger is copied while it is used, and put back whole or not at all."""

import sqlite3
from datetime import timedelta

import pytest

from orchestration.ledger import Decisions, Ledger, State
from orchestration.ledger.backup import BackupRefusedError, backup, restore
from tests.ledger.fresh import fresh_ledger_file
from tests.ledger.steps import LATER, NOW, sent
from tests.ledger.test_decisions import SMALL


@pytest.fixture
def used(url, ledger):
    """The address of a ledger with an intent on its way, a halt and a decision about a break."""
    sent(ledger)
    ledger.halt("us/*", who="stock desk", reason="stocktaking", at=NOW)
    with Decisions(url) as decisions:
        decisions.note([SMALL], text="asked the warehouse", who="finance", at=NOW)
    return url


def test_a_backup_is_a_ledger_of_its_own(used, ledger, tmp_path):
    copied = backup(used, tmp_path / "copy.sqlite")
    ledger.resume("us/*", who="stock desk", at=LATER)

    with Ledger(f"sqlite:///{tmp_path / 'copy.sqlite'}") as copy:
        assert copy.intents() == ledger.intents()
        assert [halt.scope for halt in copy.halts()] == ["us/*"]
        assert copy.verify_chain() == ()
        assert len(copy.history()) == copied["history"] == len(ledger.history()) - 1
    assert sorted(path.name for path in tmp_path.glob("*copy*")) == ["copy.sqlite"]


def test_a_restored_ledger_goes_on_where_the_copied_one_stood(used, ledger, tmp_path, postgres):
    claim = ledger.claim("k1", "run-2", LATER)
    backup(used, tmp_path / "copy.sqlite")

    for target in (fresh_ledger_file(tmp_path / "new" / "ledger.sqlite"), postgres.new()):
        restore(target, tmp_path / "copy.sqlite")
        with Ledger(target) as restored, Decisions(target) as decisions:
            restored.mark_confirmed(claim, reference="g", answer="a", at=LATER)
            assert restored.intent("k1").state is State.CONFIRMED
            assert restored.verify_chain() == ()
            decisions.note([SMALL], text="found", who="finance", at=LATER + timedelta(hours=1))
            assert [state.note for state in decisions.states()] == ["found"]
            assert decisions.verify() == ()


def test_nothing_is_overwritten(used, tmp_path):
    file = tmp_path / "copy.sqlite"
    backup(used, file)

    with pytest.raises(BackupRefusedError, match="exists already"):
        backup(used, file)
    with pytest.raises(BackupRefusedError, match="holds 1 row of halts already"):
        restore(used, file)


def test_a_backup_that_was_tampered_with_restores_nothing(used, tmp_path):
    file = tmp_path / "copy.sqlite"
    backup(used, file)
    with sqlite3.connect(file) as tampered:
        tampered.execute("update intents set quantity = 99")
    new = fresh_ledger_file(tmp_path / "new" / "ledger.sqlite")

    with pytest.raises(BackupRefusedError, match="contradicts its own history"):
        restore(new, file)

    with Ledger(new) as untouched:
        assert untouched.intents() == []


def test_a_file_that_is_not_there_is_named(url, tmp_path):
    with pytest.raises(BackupRefusedError, match=r"no\.sqlite is not there"):
        restore(url, tmp_path / "no.sqlite")


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (lambda _: b"", "it holds no history"),
        (lambda _: b"no database at all" * 100, "file is not a database"),
        (lambda whole: whole[: len(whole) // 2], "malformed"),
        (lambda whole: whole[:8192] + bytes(16_384) + whole[24_576:], "."),
    ],
    ids=["empty", "something else", "cut", "overwritten"],
)
def test_a_file_that_is_no_whole_ledger_is_named_and_stays_as_it_is(used, tmp_path, content, said):
    file = tmp_path / "copy.sqlite"
    backup(used, file)
    damaged = content(file.read_bytes())
    file.write_bytes(damaged)
    new = fresh_ledger_file(tmp_path / "new" / "ledger.sqlite")

    with pytest.raises(BackupRefusedError, match=rf"copy\.sqlite is no whole ledger \(.*{said}"):
        restore(new, file)

    assert file.read_bytes() == damaged
    with Ledger(new) as untouched:
        assert untouched.history() == []
