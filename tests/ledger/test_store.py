"""The ledger as a store: it opens or says why not, and notices every change behind its back."""

import json
import sqlite3
import traceback

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import create_engine
from sqlalchemy.exc import DBAPIError

from orchestration.ledger import Ledger, LedgerNewerError, LedgerUnreachableError, State
from orchestration.ledger.chain import GENESIS, entry_hash
from orchestration.ledger.connection import open_engine
from orchestration.ledger.schema import chain_head, history
from orchestration.ledger.upgrade import STEPS
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
def test_a_change_behind_the_ledgers_back_is_found(ledger_file, file, found):
    sent(ledger_file)
    assert ledger_file.verify_chain() == ()

    connection = sqlite3.connect(file)
    connection.execute("drop trigger history_is_append_only_update")
    connection.execute("drop trigger history_is_append_only_delete")
    connection.execute(TAMPERINGS[found])
    connection.commit()
    connection.close()

    assert any(found in problem for problem in ledger_file.verify_chain())


@pytest.mark.parametrize("statement", ["update history set who = 'me'", "delete from history"])
def test_the_database_itself_refuses_to_change_the_history(ledger_file, file, statement):
    sent(ledger_file)
    connection = sqlite3.connect(file)

    with pytest.raises(sqlite3.IntegrityError, match="append-only"):
        connection.execute(statement)
    connection.close()


def test_a_ledger_file_writes_ahead_so_that_readers_do_not_wait(ledger_file, file):
    ledger_file.plan(INTENT, at=NOW, run_id="run-1")

    assert sqlite3.connect(file).execute("pragma journal_mode").fetchone() == ("wal",)


def test_a_ledger_opened_again_holds_what_it_held(ledger_file, file):
    sent(ledger_file)

    with Ledger(f"sqlite:///{file}") as again:
        assert again.intent("k1").state is State.SENT
        assert again.verify_chain() == ()


def test_a_ledger_of_a_newer_program_is_refused_with_the_remedy(file):
    Ledger(f"sqlite:///{file}").close()
    connection = sqlite3.connect(file)
    connection.execute("update ledger_version set version_num = '99'")
    connection.commit()
    connection.close()

    with pytest.raises(LedgerNewerError, match="upgrade return-lifecycle"):
        Ledger(f"sqlite:///{file}")


@pytest.mark.parametrize("url", ["sqlite:////proc/nowhere/ledger.sqlite", "not a url"])
def test_a_ledger_that_cannot_be_opened_names_the_remedy(url):
    with pytest.raises(LedgerUnreachableError, match="LEDGER_URL"):
        Ledger(url)


def test_a_ledger_of_the_first_release_is_brought_forward_with_what_it_holds(file):
    file.parent.mkdir()
    config = Config()
    config.set_main_option("script_location", str(STEPS))
    engine = create_engine(f"sqlite:///{file}")
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "1")
        connection.exec_driver_sql("drop table ledger_version")
        connection.exec_driver_sql("create table ledger_schema (version integer)")
        details = {"intent": {"intent_key": "k1", "action": "restock", "store": "us"}}
        details["intent"] |= {"case_key": "us/return/1", "case_name": ""}
        entry = {"sequence": 1, "intent_key": "k1", "at": NOW, "who": "run-1", "state": "planned"}
        entry |= {"details": json.dumps(details), "previous_hash": GENESIS}
        entry["hash"] = entry_hash(entry)
        connection.execute(history.insert().values(**entry))
        connection.execute(chain_head.update().values(sequence=1, hash=entry["hash"]))
        connection.exec_driver_sql(
            "insert into intents (intent_key, action, store, case_key, case_name, subject, state,"
            " created_at, run_id) values ('k1', 'restock', 'us', 'us/return/1', '',"
            " 'us/return/1|', 'planned', '2026-07-01T12:00:00.000000+00:00', 'run-1')"
        )
    engine.dispose()

    with Ledger(f"sqlite:///{file}") as ledger:
        assert ledger.intent("k1").intent.action == "restock"
        assert ledger.verify_chain() == ()


def test_a_server_without_a_ledger_gets_one(postgres):
    with Ledger(postgres.empty()) as ledger:
        sent(ledger)
        assert ledger.verify_chain() == ()


def test_a_server_refuses_to_change_the_history_too(postgres):
    url = postgres.new()
    with Ledger(url) as ledger:
        sent(ledger)
    engine = create_engine(url)
    with pytest.raises(DBAPIError, match="append-only"), engine.begin() as connection:
        connection.exec_driver_sql("update history set who = 'me'")
    engine.dispose()


def test_nothing_is_prepared_in_a_session_that_a_pool_may_give_to_another(postgres):
    engine = open_engine(postgres.new())
    with engine.begin() as connection:
        for _ in range(10):
            connection.exec_driver_sql("select * from history")
        (kept,) = connection.exec_driver_sql("select count(*) from pg_prepared_statements").one()
    engine.dispose()

    assert kept == 0


def test_a_server_may_be_named_by_its_short_name(postgres):
    with Ledger(postgres.new().replace("postgresql", "postgres", 1)) as ledger:
        sent(ledger)
        assert ledger.verify_chain() == ()


def test_an_address_is_shown_without_its_password():
    with pytest.raises(LedgerUnreachableError) as caught:
        Ledger("unknownbase://user:hidden@host/ledger")

    assert "hidden" not in str(caught.value)


UNSOUND_ADDRESSES = (
    "postgresql//returns:s3cret@db",
    "postgresql://returns:s3cret@db:54x2/returns",
    "postgresql://returns:s3cret@h:s3cret/returns",
    "postgresql://returns:p@s3cret@db/returns",
    "postgresql://returns:p@x/s3cret@db/returns",
)


@pytest.mark.parametrize("url", UNSOUND_ADDRESSES)
def test_an_address_that_is_none_is_named_by_its_setting_and_never_quoted(url):
    with pytest.raises(LedgerUnreachableError, match="LEDGER_URL") as caught:
        Ledger(url)

    assert "s3cret" not in "".join(traceback.format_exception(caught.value))


def test_a_password_beside_the_address_is_not_shown_either():
    with pytest.raises(LedgerUnreachableError) as caught:
        Ledger("unknownbase://host/ledger?password=s3cret")

    assert "s3cret" not in str(caught.value)


def test_a_time_without_a_zone_is_refused(ledger):
    with pytest.raises(Exception, match="aware times only"):
        ledger.plan(INTENT, at=NOW.replace(tzinfo=None), run_id="run-1")
