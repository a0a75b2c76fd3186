"""The ledger as a store: it opens or says why not, and notices every change behind its back."""

import sqlite3

import pytest

from orchestration.ledger import Ledger, LedgerNewerError, LedgerUnreachableError, State
from tests.ledger.steps import INTENT, NOW, sent

TAMPERINGS = {
    "entry 1 (intent k1) was changed": "update history set who = 'nobody' where sequence = 1",
    "entry 2 is missing": "delete from history where sequence = 2",
    "the history ends at entry 2": "delete from history where sequence = 3",
    "intent k1 is approved, the history says sent": "update intents set state = 'approved'",
    "intent k1 asks for something else": "update intents set quantity = 20",
    "intent k1 is missing": "delete from intents",
}


@pytest.mark.parametrize("found", TAMPERINGS)
def test_a_change_behind_the_ledgers_back_is_found(ledger, file, found):
    sent(ledger)
    assert ledger.verify_chain() == ()

    connection = sqlite3.connect(file)
    connection.execute("drop trigger history_is_append_only_update")
    connection.execute("drop trigger history_is_append_only_delete")
    connection.execute(TAMPERINGS[found])
    connection.commit()
    connection.close()

    assert any(found in problem for problem in ledger.verify_chain())


@pytest.mark.parametrize("statement", ["update history set who = 'me'", "delete from history"])
def test_the_database_itself_refuses_to_change_the_history(ledger, file, statement):
    sent(ledger)
    connection = sqlite3.connect(file)

    with pytest.raises(sqlite3.IntegrityError, match="append-only"):
        connection.execute(statement)
    connection.close()


def test_a_ledger_file_writes_ahead_so_that_readers_do_not_wait(ledger, file):
    ledger.plan(INTENT, at=NOW, run_id="run-1")

    assert sqlite3.connect(file).execute("pragma journal_mode").fetchone() == ("wal",)


def test_a_ledger_opened_again_holds_what_it_held(ledger, file):
    sent(ledger)

    with Ledger(f"sqlite:///{file}") as again:
        assert again.intent("k1").state is State.SENT
        assert again.verify_chain() == ()


def test_a_ledger_of_a_newer_program_is_refused_with_the_remedy(file):
    Ledger(f"sqlite:///{file}").close()
    connection = sqlite3.connect(file)
    connection.execute("insert into ledger_schema values (99, '2030-01-01T00:00:00.000000+00:00')")
    connection.commit()
    connection.close()

    with pytest.raises(LedgerNewerError, match="upgrade return-lifecycle"):
        Ledger(f"sqlite:///{file}")


@pytest.mark.parametrize("url", ["sqlite:////proc/nowhere/ledger.sqlite", "not a url"])
def test_a_ledger_that_cannot_be_opened_names_the_remedy(url):
    with pytest.raises(LedgerUnreachableError, match="LEDGER_URL"):
        Ledger(url)


def test_an_address_is_shown_without_its_password():
    with pytest.raises(LedgerUnreachableError) as caught:
        Ledger("unknownbase://user:hidden@host/ledger")

    assert "hidden" not in str(caught.value)


def test_a_time_without_a_zone_is_refused(ledger):
    with pytest.raises(Exception, match="aware times only"):
        ledger.plan(INTENT, at=NOW.replace(tzinfo=None), run_id="run-1")
