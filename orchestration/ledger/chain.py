"""The append-only history: each entry carries the hash of the one before it."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import fields
from datetime import datetime
from hashlib import sha256

from sqlalchemy import Connection, select

from orchestration.ledger.schema import chain_head, halts, history, intents
from orchestration.ledger.values import Entry, Intent

GENESIS = "0" * 64
# Entries about a halt carry its scope where others carry an intent's key.
HALT = "halt:"
HALTED, RESUMED = "halted", "resumed"
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
    previous, sequence = GENESIS, 0
    told: dict[str, str] = {}
    wanted: dict[str, object] = {}
    for row in connection.execute(select(history).order_by(history.c.sequence)).mappings():
        sequence += 1
        if row["sequence"] != sequence:
            yield f"entry {sequence} is missing before entry {row['sequence']}"
            sequence = row["sequence"]
        if row["previous_hash"] != previous:
            yield f"entry {sequence} does not follow the entry before it"
        if row["hash"] != entry_hash(dict(row)):
            yield f"entry {sequence} (intent {row['intent_key']}) was changed after it was written"
        previous = row["hash"]
        told[row["intent_key"]] = row["state"]
        wanted.setdefault(row["intent_key"], json.loads(row["details"]).get("intent"))
    head = connection.execute(select(chain_head.c.sequence, chain_head.c.hash)).one()
    if (head.sequence, head.hash) != (sequence, previous):
        yield f"the history ends at entry {sequence}, the ledger wrote {head.sequence}"
    yield from _contradicted_intents(connection, told=told, wanted=wanted)
    yield from _contradicted_halts(connection, told=told)


def intent_fields(row: Mapping[str, object]) -> dict[str, object]:
    """Return what an intent asks for, in the form the history keeps it in."""
    values = {name: row[name] for name in WANTED}
    return {
        name: value if value is None or isinstance(value, int) else str(value)
        for name, value in values.items()
    }


def _contradicted_intents(
    connection: Connection, *, told: Mapping[str, str], wanted: Mapping[str, object]
) -> Iterator[str]:
    rows = connection.execute(select(intents).order_by(intents.c.intent_key)).mappings()
    found = {row["intent_key"]: row for row in rows}
    of_intents = {key for key in told if not key.startswith(HALT)}
    for key in sorted(found.keys() | of_intents):
        state = found[key]["state"] if key in found else "missing"
        if state != told.get(key):
            yield f"intent {key} is {state}, the history says {told.get(key, 'nothing')}"
        if key in found and intent_fields(dict(found[key])) != _whole(wanted.get(key)):
            yield f"intent {key} asks for something else than what the history says was planned"


def _whole(wanted: object) -> object:
    """What was planned before an intent had all of today's fields left them empty."""
    return {**dict.fromkeys(WANTED), **wanted} if isinstance(wanted, dict) else wanted


def _contradicted_halts(connection: Connection, *, told: Mapping[str, str]) -> Iterator[str]:
    standing: set[str] = set(connection.execute(select(halts.c.scope)).scalars())
    said = {key for key, state in told.items() if key.startswith(HALT) and state == HALTED}
    for scope in sorted(standing ^ {key.removeprefix(HALT) for key in said}):
        is_there = "stands" if scope in standing else "is gone"
        yield f"the halt of {scope} {is_there}, the history says otherwise"
