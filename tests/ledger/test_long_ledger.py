"""A ledger of many years: what a run asks of every row does not read all that ever was."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from decimal import Decimal

import pytest
from sqlalchemy import Engine, event

from orchestration.ledger import UNRESOLVED, DayLimit, State
from orchestration.sync.alerts import overdue
from tests.ledger.steps import INTENT, NOW, approved


def send(ledger):
    claim = ledger.claim(approved(ledger), "run-1", NOW)
    limit = DayLimit("units", Decimal(1000))
    ledger.mark_sent(claim, request_hash="h", at=NOW, known_until=NOW, day_limit=limit)
    ledger.mark_confirmed(claim, reference="r", answer="done", at=NOW)


ASKED = {
    "an action, from its plan to its confirmation": send,
    "what is unresolved of a subject": lambda ledger: ledger.unresolved(subject=INTENT.subject),
    "what is open of an action": lambda ledger: ledger.intents(
        action="restock", states=UNRESOLVED
    ),
    "what waits for a person": lambda ledger: ledger.intents(states={State.PLANNED}),
    "a page of what was done": lambda ledger: ledger.page([State.CONFIRMED], limit=50),
    "what was confirmed lately": lambda ledger: list(ledger.confirmed_actions(NOW)),
    "what was called for": lambda ledger: list(ledger.unconfirmed_actions()),
    "what has waited too long": lambda ledger: overdue(ledger, now=NOW + timedelta(days=2)),
}


@pytest.mark.parametrize("asked", ASKED)
def test_what_a_run_asks_is_found_without_reading_the_whole_ledger(ledger_file, file, asked):
    with statements() as made:
        ASKED[asked](ledger_file)

    plans = [(text, step) for text, values in made for step in plan(file, text, values)]
    assert plans
    whole = {"SCAN intents", "SCAN attempts", "SCAN history"}
    assert [text for text, step in plans if step in whole] == []
    of_a_subject = [step for text, step in plans if "subject = ?" in text and "SEARCH" in step]
    few = ("subject=?", "confirmed_at>?")  # one subject's, or those of the last hour
    assert all(any(part in step for part in few) for step in of_a_subject), of_a_subject


@contextmanager
def statements() -> Iterator[list[tuple[str, tuple[object, ...]]]]:
    """Collect every statement that reads or changes a table meanwhile, with its values."""
    made: list[tuple[str, tuple[object, ...]]] = []

    def keep(_connection, _cursor, statement, parameters, _context, _many):
        if statement.startswith(("SELECT", "UPDATE")):
            made.append((statement, tuple(parameters)))

    event.listen(Engine, "before_cursor_execute", keep)
    try:
        yield made
    finally:
        event.remove(Engine, "before_cursor_execute", keep)


def plan(file, statement: str, values: tuple[object, ...]) -> list[str]:
    """Return the steps by which SQLite answers a statement."""
    connection = sqlite3.connect(file)
    steps = connection.execute(f"explain query plan {statement}", values).fetchall()
    connection.close()
    return [str(step[3]) for step in steps]
