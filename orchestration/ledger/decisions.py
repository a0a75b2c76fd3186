"""What people decide about breaks and closes: appended for ever, and no rebuild loses it."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Protocol

from sqlalchemy import func, select

from orchestration.ledger import decision_chain, landed
from orchestration.ledger.approvals import is_same_person
from orchestration.ledger.closes import Closes
from orchestration.ledger.decision_tables import break_states, decisions
from orchestration.ledger.decision_values import (
    Acceptance,
    BreakState,
    BreakStatus,
    Decision,
    FoundBreak,
    Topic,
    written,
)
from orchestration.ledger.decision_writing import Word, chunks, states_of, write
from orchestration.ledger.errors import DecisionRefusedError
from orchestration.ledger.records import PAGE_SIZE

Found = Iterable[FoundBreak]
NO_PROPOSAL = {"proposed_by": None, "amount": None, "currency": None, "snoozed_until": None}


class Judged(Protocol):
    """What somebody's word makes of a break: accepted, proposed, or nothing, being their own."""

    def __call__(self, one: FoundBreak, state: BreakState | None, *, who: str) -> str:
        """Return which."""
        ...


class Decisions(Closes):
    """
    The decisions about breaks and closes, in the same database as the intents.

    Every method is one transaction: a bulk decision is taken whole or not at all.
    """

    def assign(self, found: Found, *, owner: str, who: str, at: datetime) -> None:
        """Give breaks to a person or a team."""
        self._decide(
            found, verb="assign", values={"owner": written(owner, "owner")}, who=who, at=at
        )

    def note(self, found: Found, *, text: str, who: str, at: datetime) -> None:
        """Write a note on breaks; the newest is shown, all are kept."""
        self._decide(found, verb="note", values={"note": written(text, "note")}, who=who, at=at)

    def snooze(
        self, found: Found, *, until: datetime, reason: str, who: str, at: datetime
    ) -> None:
        """Set breaks aside until a moment to come, for a reason."""
        if until <= at:
            raise DecisionRefusedError("a break can only be snoozed until a day to come")
        values = {
            **NO_PROPOSAL,
            "status": str(BreakStatus.SNOOZED),
            "snoozed_until": until,
            "reason": written(reason, "reason"),
        }
        self._decide(found, verb="snooze", values=values, who=who, at=at)

    def resolve(self, found: Found, *, reason: str, who: str, at: datetime) -> None:
        """Say that breaks were mended at their source; the next publication proves it."""
        values = {
            **NO_PROPOSAL,
            "status": str(BreakStatus.RESOLVED),
            "resolved_at": at,
            "reason": written(reason, "reason"),
        }
        self._decide(found, verb="resolve", values=values, who=who, at=at)

    def reopen(self, found: Found, *, reason: str, who: str, at: datetime) -> None:
        """Take back whatever set breaks aside."""
        values = {
            **NO_PROPOSAL,
            "status": str(BreakStatus.OPEN),
            "reason": written(reason, "reason"),
        }
        self._decide(found, verb="reopen", values=values, who=who, at=at)

    def accept(self, found: Found, *, reason: str, who: str, at: datetime) -> Acceptance:
        """
        Accept breaks for what they are; a material one takes a second person.

        The first person's word proposes it; another's, at the same amount, accepts it. Nobody
        confirms what they proposed themselves: such breaks are counted and left as they are.
        """
        return self._agree(found, judged=_acceptance, reason=reason, who=who, at=at)

    def propose(self, found: Found, *, reason: str, who: str, at: datetime) -> Acceptance:
        """
        Propose to accept breaks, material or not; somebody else who may accept them agrees.

        What the same person proposed at the same amount is counted and left as it is.
        """
        return self._agree(found, judged=_proposal, reason=reason, who=who, at=at)

    def version(self) -> int:
        """Return how many decisions there are: what was read before is current until it moves."""
        with self._reading() as connection:
            return connection.execute(select(func.max(decisions.c.sequence))).scalar() or 0

    def states(self) -> list[BreakState]:
        """Return how every break stands that anybody decided about."""
        with self._reading() as connection:
            return [
                BreakState(**row) for row in connection.execute(select(break_states)).mappings()
            ]

    def landed_states(
        self, since: datetime | None = None, *, page_size: int = PAGE_SIZE
    ) -> Iterator[bytes]:
        """Yield one answer a page of breaks decided from `since` on: at least one, even empty."""
        with self._reading() as connection:
            yield from landed.state_pages(connection, since=since, page_size=page_size)

    def history(
        self, *, subjects: Sequence[str] | None = None, topic: Topic | None = None
    ) -> list[Decision]:
        """Return the decisions about these subjects, or all, first to last."""
        query = select(decisions).order_by(decisions.c.sequence)
        if topic is not None:
            query = query.where(decisions.c.topic == str(topic))
        if subjects is not None:
            query = query.where(decisions.c.subject.in_(subjects))
        with self._reading() as connection:
            return [Decision(**row) for row in connection.execute(query).mappings()]

    def verify(self) -> tuple[str, ...]:
        """Return every contradiction in the decisions; none is well."""
        with self._reading() as connection:
            return tuple(decision_chain.problems(connection))

    def _decide(
        self, found: Found, *, verb: str, values: Mapping[str, object], who: str, at: datetime
    ) -> None:
        with self._writing() as connection:
            for chunk in chunks(found):
                write(connection, [Word(one, verb, values) for one in chunk], who=who, at=at)

    def _agree(
        self, found: Found, *, judged: Judged, reason: str, who: str, at: datetime
    ) -> Acceptance:
        said = written(reason, "reason")
        counts: Counter[str] = Counter()
        with self._writing() as connection:
            for chunk in chunks(found):
                states = states_of(connection, chunk)
                verbs = [judged(one, states.get(one.break_key), who=who) for one in chunk]
                counts.update(verbs)
                words = [
                    _agreed(one, verb=verb, reason=said, who=who)
                    for one, verb in zip(chunk, verbs, strict=True)
                    if verb != "own"
                ]
                write(connection, words, who=who, at=at)
        return Acceptance(**counts)


def _acceptance(one: FoundBreak, state: BreakState | None, *, who: str) -> str:
    proposer = _proposer(one, state)
    if is_same_person(proposer, who):
        return "own"
    return "accepted" if proposer is not None or not one.is_material else "proposed"


def _proposal(one: FoundBreak, state: BreakState | None, *, who: str) -> str:
    return "own" if is_same_person(_proposer(one, state), who) else "proposed"


def _proposer(one: FoundBreak, state: BreakState | None) -> str | None:
    """Who has proposed to accept the break for what it is now; nobody, at another amount."""
    return state.proposed_by if state is not None and state.amount == one.amount else None


def _agreed(one: FoundBreak, *, verb: str, reason: str, who: str) -> Word:
    is_accepted = verb == "accepted"
    values = {
        "status": str(BreakStatus.ACCEPTED if is_accepted else BreakStatus.OPEN),
        "reason": reason,
        "amount": one.amount,
        "currency": one.currency,
        "snoozed_until": None,
        **({} if is_accepted else {"proposed_by": who}),
    }
    return Word(one, "accept" if is_accepted else "propose_acceptance", values)
