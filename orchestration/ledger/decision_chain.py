"""The decisions as an append-only chain: each carries the hash of the one before it."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, select

from orchestration.ledger.chain import GENESIS, entry_hash
from orchestration.ledger.decision_tables import break_states, decisions
from orchestration.ledger.decision_values import Topic


@dataclass(frozen=True)
class Entry:
    """What is to be written down of one decision."""

    topic: Topic
    subject: str
    verb: str
    details: Mapping[str, object]


def append(connection: Connection, entries: Sequence[Entry], *, who: str, at: datetime) -> int:
    """Write decisions down; return the place of the first. The caller holds the lock."""
    newest = select(decisions.c.sequence, decisions.c.hash).order_by(decisions.c.sequence.desc())
    last = connection.execute(newest.limit(1)).first()
    sequence, previous = (int(last.sequence), last.hash) if last else (0, GENESIS)
    rows = []
    for place, entry in enumerate(entries, start=sequence + 1):
        written: dict[str, object] = {
            "sequence": place,
            "at": at,
            "who": who,
            "topic": str(entry.topic),
            "subject": entry.subject,
            "verb": entry.verb,
            "details": json.dumps(entry.details, default=str, sort_keys=True),
            "previous_hash": previous,
        }
        written["hash"] = previous = entry_hash(written)
        rows.append(written)
    if rows:
        connection.execute(decisions.insert(), rows)
    return sequence + 1


def problems(connection: Connection) -> Iterator[str]:
    """Yield every place where the decisions contradict themselves or the states they come to."""
    previous, sequence = GENESIS, 0
    told: dict[str, dict[str, object]] = {}
    for row in connection.execute(select(decisions).order_by(decisions.c.sequence)).mappings():
        sequence += 1
        if row["sequence"] != sequence:
            yield f"decision {sequence} is missing before decision {row['sequence']}"
            sequence = row["sequence"]
        if row["previous_hash"] != previous:
            yield f"decision {sequence} does not follow the decision before it"
        if row["hash"] != entry_hash(dict(row)):
            yield f"decision {sequence} was changed after it was written"
        previous = row["hash"]
        if row["topic"] == str(Topic.BREAK):
            said = json.loads(row["details"])["sets"] | {"decided_by": row["who"]}
            told.setdefault(row["subject"], {}).update(said, sequence=row["sequence"])
    yield from _contradicted_states(connection, told=told)


def _contradicted_states(
    connection: Connection, *, told: Mapping[str, Mapping[str, object]]
) -> Iterator[str]:
    rows = connection.execute(select(break_states)).mappings()
    found = {str(row["break_key"]): row for row in rows}
    for key in sorted(found.keys() | told.keys()):
        state, said = found.get(key), told.get(key, {})
        if state is None or not said:
            yield f"break {key} is decided about in one place and not in the other"
        elif any(_plain(state[name]) != _plain(value) for name, value in said.items()):
            yield f"break {key} does not stand as its decisions say"


def _plain(value: object) -> str:
    return str(value)
