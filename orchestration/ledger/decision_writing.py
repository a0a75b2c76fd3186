"""Decisions about breaks as they are written: into the chain, and into how each break stands."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from itertools import islice

from sqlalchemy import Connection, bindparam, select

from orchestration.ledger import decision_chain
from orchestration.ledger.decision_chain import Entry
from orchestration.ledger.decision_tables import break_states
from orchestration.ledger.decision_values import BreakState, BreakStatus, FoundBreak, Topic

AT_ONCE = 500
FIRST: Mapping[str, object] = {"status": str(BreakStatus.OPEN)}


@dataclass(frozen=True)
class Word:
    """What somebody's word about one break sets; one call's words of a verb set the same names."""

    found: FoundBreak
    verb: str
    values: Mapping[str, object]


def chunks(found: Iterable[FoundBreak]) -> Iterator[list[FoundBreak]]:
    """Yield as many breaks as are written at once."""
    rest = iter(found)
    while chunk := list(islice(rest, AT_ONCE)):
        yield chunk


def states_of(connection: Connection, found: Sequence[FoundBreak]) -> dict[str, BreakState]:
    """Return how these breaks stand, by key; those nobody decided about are not among them."""
    keys = [one.break_key for one in found]
    query = select(break_states).where(break_states.c.break_key.in_(keys))
    rows = connection.execute(query).mappings()
    return {str(row["break_key"]): BreakState(**row) for row in rows}


def write(connection: Connection, words: Sequence[Word], *, who: str, at: datetime) -> None:
    """Write words about breaks down, each about another one. The caller holds the lock."""
    entries = [
        Entry(
            topic=Topic.BREAK,
            subject=word.found.break_key,
            verb=word.verb,
            details={"break": asdict(word.found), "sets": dict(word.values)},
        )
        for word in words
    ]
    first = decision_chain.append(connection, entries, who=who, at=at)
    known = states_of(connection, [word.found for word in words])
    states: dict[tuple[str, bool], list[dict[str, object]]] = {}
    for place, word in enumerate(words):
        is_known = word.found.break_key in known
        signed = {"decided_by": who, "decided_at": at, "sequence": first + place}
        state = {**word.values, **signed, "key": word.found.break_key}
        states.setdefault((word.verb, is_known), []).append(state)
    for (_, is_known), found in states.items():
        _stand(connection, found, is_known=is_known)


def _stand(
    connection: Connection, states: Sequence[Mapping[str, object]], *, is_known: bool
) -> None:
    names = [name for name in states[0] if name != "key"]
    set_: dict[str, object] = {name: bindparam(name) for name in names}
    if is_known:
        statement = break_states.update().where(break_states.c.break_key == bindparam("key"))
        connection.execute(statement.values(set_), list(states))
        return
    columns = {name: name for name in names} | {"break_key": "key"}
    rows = [{**FIRST, **{name: state[of] for name, of in columns.items()}} for state in states]
    connection.execute(break_states.insert(), rows)
