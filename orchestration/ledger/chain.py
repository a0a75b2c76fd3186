"""The append-only history: each entry carries the hash of the one before it."""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import fields
from datetime import datetime
from hashlib import sha256

from sqlalchemy import Connection, Subquery, func, select

from orchestration.ledger.schema import chain_head, halts, history, intents
from orchestration.ledger.values import Entry, Intent

GENESIS = "0" * 64
# Entries about a halt carry its scope where others carry an intent's key.
HALT = "halt:"
HALTED, RESUMED = "halted", "resumed"
# Rows that are held at once of a history of any length.
ENTRIES_AT_ONCE = 1000
WANTED = tuple(field.name for field in fields(Intent))


def lock(connection: Connection) -> None:
    """Let one writer in at a time: the chain has one end, and rules compare across intents."""
    connection.execute(select(chain_head.c.id).with_for_update())


def append(
    connection: Connection,
    intent_key: str,
    *,
    state: str,
    at: datetime,
    who: str,
    details: Mapping[str, object],
) -> None:
    """Write down what happened, within the transaction that makes it so."""
    head = connection.execute(select(chain_head.c.sequence, chain_head.c.hash)).one()
    said = json.dumps(details, default=str, sort_keys=True)
    written = {
        "sequence": head.sequence + 1,
        "intent_key": intent_key,
        "at": at,
        "who": who,
        "state": str(state),
        "details": said,
        "previous_hash": head.hash,
    }
    written["hash"] = entry_hash(written)
    connection.execute(history.insert().values(**written))
    connection.execute(
        chain_head.update().values(sequence=written["sequence"], hash=written["hash"])
    )


def entry_hash(entry: Mapping[str, object]) -> str:
    """Return the hash of an entry's own fields and the previous entry's hash."""
    hashed = {name: value for name, value in entry.items() if name != "hash"}
    at = hashed["at"]
    hashed["at"] = at.isoformat(timespec="microseconds") if isinstance(at, datetime) else at
    return sha256(json.dumps(hashed, sort_keys=True).encode()).hexdigest()


def entries(connection: Connection) -> Iterator[Entry]:
    """Yield the history from its beginning."""
    for row in connection.execute(select(history).order_by(history.c.sequence)).mappings():
        yield Entry(**row)


def problems(connection: Connection) -> Iterator[str]:
    """Yield every place where the history contradicts itself or the intents it tells of."""
    reading = connection.execution_options(yield_per=ENTRIES_AT_ONCE)
    previous, sequence = GENESIS, 0
    for row in reading.execute(select(history).order_by(history.c.sequence)).mappings():
        sequence += 1
        if row["sequence"] != sequence:
            yield f"entry {sequence} is missing before entry {row['sequence']}"
            sequence = row["sequence"]
        if row["previous_hash"] != previous:
            yield f"entry {sequence} does not follow the entry before it"
        if row["hash"] != entry_hash(dict(row)):
            yield f"entry {sequence} (intent {row['intent_key']}) was changed after it was written"
        previous = row["hash"]
    head = connection.execute(select(chain_head.c.sequence, chain_head.c.hash)).one()
    if (head.sequence, head.hash) != (sequence, previous):
        yield f"the history ends at entry {sequence}, the ledger wrote {head.sequence}"
    yield from _contradicted_intents(reading)
    yield from _contradicted_halts(connection)


def intent_fields(row: Mapping[str, object]) -> dict[str, object]:
    """Return what an intent asks for, in the form the history keeps it in."""
    values = {name: row[name] for name in WANTED}
    return {
        name: value if value is None or isinstance(value, int) else str(value)
        for name, value in values.items()
    }


def _contradicted_intents(connection: Connection) -> Iterator[str]:
    ends, first, last = _first_and_last(), history.alias(), history.alias()
    said = (last.c.state.label("said"), first.c.details.label("planned"))
    found = (
        select(intents, *said)
        .outerjoin(ends, ends.c.intent_key == intents.c.intent_key)
        .outerjoin(first, first.c.sequence == ends.c.first)
        .outerjoin(last, last.c.sequence == ends.c.last)
    )
    for row in connection.execute(found).mappings():
        key = row["intent_key"]
        if row["state"] != row["said"]:
            yield f"intent {key} is {row['state']}, the history says {row['said'] or 'nothing'}"
        wanted = json.loads(row["planned"] or "{}").get("intent")
        if intent_fields(dict(row)) != _whole(wanted):
            yield f"intent {key} asks for something else than what the history says was planned"
    missing = (
        select(last.c.intent_key, last.c.state)
        .join(ends, ends.c.last == last.c.sequence)
        .outerjoin(intents, intents.c.intent_key == last.c.intent_key)
        .where(intents.c.intent_key.is_(None), last.c.intent_key.not_like(f"{HALT}%"))
    )
    for row in connection.execute(missing).mappings():
        yield f"intent {row['intent_key']} is missing, the history says {row['state']}"


def _first_and_last() -> Subquery:
    """Where the history begins and ends to tell of each key."""
    sequence = history.c.sequence
    ends = (func.min(sequence).label("first"), func.max(sequence).label("last"))
    return select(history.c.intent_key, *ends).group_by(history.c.intent_key).subquery()


def _whole(wanted: object) -> object:
    """What was planned before an intent had all of today's fields left them empty."""
    return {**dict.fromkeys(WANTED), **wanted} if isinstance(wanted, dict) else wanted


def _contradicted_halts(connection: Connection) -> Iterator[str]:
    standing: set[str] = set(connection.execute(select(halts.c.scope)).scalars())
    ends = _first_and_last()
    halted = (
        select(history.c.intent_key)
        .join(ends, ends.c.last == history.c.sequence)
        .where(history.c.intent_key.like(f"{HALT}%"), history.c.state == HALTED)
    )
    scopes: Iterable[str] = connection.execute(halted).scalars()
    said = {scope.removeprefix(HALT) for scope in scopes}
    for scope in sorted(standing ^ said):
        is_there = "stands" if scope in standing else "is gone"
        yield f"the halt of {scope} {is_there}, the history says otherwise"
