"""The ledger's door: plan, approve, claim, send, and the truth of what came of it."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any, Self

from sqlalchemy import Connection, Select, select

from orchestration.ledger import chain, landed, moves
from orchestration.ledger.connection import READS, open_engine
from orchestration.ledger.errors import IntentChangedError
from orchestration.ledger.schema import attempts, intents
from orchestration.ledger.states import UNRESOLVED, State
from orchestration.ledger.values import Attempt, Claim, Entry, Intent, IntentRecord

LEASE = timedelta(minutes=5)
PAGE_SIZE = 1000


class Ledger:
    """
    The decisions store at a database URL; opening creates or upgrades its schema.

    Every method is one transaction that is durable when it returns. Times are aware and handed in.
    """

    def __init__(self, url: str, *, lease: timedelta = LEASE) -> None:
        self._engine = open_engine(url, now=datetime.now(UTC))
        self._lease = lease

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Give back the database's connections."""
        self._engine.dispose()

    def plan(self, intent: Intent, *, at: datetime, run_id: str) -> IntentRecord:
        """Make the intent durable, or return what became of it under the same key."""
        with self._writing() as connection:
            found = moves.read(connection, intent.intent_key)
            if found is None:
                moves.insert(
                    connection, intent, state=State.PLANNED, at=at, run_id=run_id, values={}
                )
                found = IntentRecord(intent, State.PLANNED, at, run_id)
        if found.intent.effect != intent.effect:
            raise IntentChangedError(
                f"intent {intent.intent_key} asks for something else than before under one key"
            )
        return found

    def approve(self, intent_key: str, *, who: str, at: datetime) -> None:
        """Let a planned intent be sent; a limit's policy or a person answers for it by name."""
        with self._writing() as connection:
            values = {"approved_by": who}
            moves.move(
                connection,
                intent_key,
                to=State.APPROVED,
                at=at,
                who=who,
                values=values,
                where=[intents.c.state == str(State.PLANNED)],
            )

    def claim(self, intent_key: str, owner: str, now: datetime) -> Claim | None:
        """Take the intent for one worker, or nothing while another's lease runs."""
        with self._writing() as connection:
            return moves.take_lease(
                connection, intent_key, owner=owner, now=now, until=now + self._lease
            )

    def release(self, claim: Claim) -> None:
        """Give a claim back unused."""
        with self._writing() as connection:
            connection.execute(
                intents.update()
                .where(intents.c.intent_key == claim.intent_key, moves.held_by(claim))
                .values(**moves.NO_LEASE)
            )

    def end_leases(self, owner: str) -> None:
        """Free what a worker holds that is known to be dead, without waiting for its leases."""
        with self._writing() as connection:
            held = intents.update().where(intents.c.lease_owner == owner)
            connection.execute(held.values(**moves.NO_LEASE))

    def mark_sent(
        self, claim: Claim, *, request_hash: str, at: datetime, known_until: datetime | None = None
    ) -> None:
        """
        Make it durable that the call is about to be made; only then may it be.

        `known_until` is up to when the data of the plan knew what was confirmed: a later
        confirmation for the same subject holds the intent back. Nothing for a replay.
        """
        with self._writing() as connection:
            if known_until is not None:
                moves.refuse_while_unseen(connection, claim.record.intent, known_until=known_until)
            moves.begin_attempt(connection, claim, request_hash=request_hash, at=at)

    def mark_confirmed(self, claim: Claim, *, reference: str, answer: str, at: datetime) -> None:
        """The effect is known to have happened, once."""
        values = {"reference": reference, "confirmed_at": at, "message": None}
        self._answer(claim, to=State.CONFIRMED, answer=answer, at=at, values=values)

    def mark_refused(self, claim: Claim, *, message: str, at: datetime) -> None:
        """The remote understood and refused: no effect, and none later under this key."""
        self._answer(claim, to=State.REFUSED, answer=message, at=at, values={"message": message})

    def mark_unknown(self, claim: Claim, *, message: str, at: datetime) -> None:
        """Whether the effect happened is not known; nothing like it is sent until it is."""
        self._answer(claim, to=State.UNKNOWN, answer=message, at=at, values={"message": message})

    def mark_not_applied(self, claim: Claim, *, message: str, at: datetime) -> None:
        """
        The call certainly had no effect, for a reason that may pass: it may be made again.

        That says nothing of an earlier call whose outcome is open: then the intent stays unknown.
        """
        is_first_call = claim.record.first_sent_at is None
        values = {"message": message, **({"first_sent_at": None} if is_first_call else {})}
        to = State.APPROVED if is_first_call else State.UNKNOWN
        self._answer(claim, to=to, answer=message, at=at, values=values)

    def settle(
        self, intent_key: str, *, is_applied: bool, who: str, note: str, at: datetime
    ) -> None:
        """Record what a person found out about an intent that is `unknown`."""
        to = State.CONFIRMED if is_applied else State.REFUSED
        values = {"message": note, "confirmed_at": at if is_applied else None}
        with self._writing() as connection:
            moves.move(
                connection,
                intent_key,
                to=to,
                at=at,
                who=who,
                values={**values, **moves.NO_LEASE},
                where=[
                    intents.c.state == str(State.UNKNOWN),
                    intents.c.lease_owner.is_(None) | (intents.c.lease_expires_at <= at),
                ],
            )

    def record_confirmed(
        self, records: Iterable[Mapping[str, Any]], *, at: datetime, run_id: str
    ) -> int:
        """Take in actions known from elsewhere, in the stream's columns; say how many are new."""
        new = 0
        with self._writing() as connection:
            for record in records:
                intent, values = landed.as_confirmed(record)
                if moves.read(connection, intent.intent_key) is None:
                    moves.insert(
                        connection,
                        intent,
                        state=State.CONFIRMED,
                        at=at,
                        run_id=str(record.get("run_id") or run_id),
                        values=values,
                    )
                    new += 1
        return new

    def confirmed_actions(
        self, since: datetime | None = None, *, page_size: int = PAGE_SIZE
    ) -> Iterator[bytes]:
        """Yield one answer a page confirmed from `since` on: at least one, even empty."""
        with self._reading() as connection:
            yield from landed.pages(connection, since=since, page_size=page_size)

    def intent(self, intent_key: str) -> IntentRecord | None:
        """Return one intent."""
        with self._reading() as connection:
            return moves.read(connection, intent_key)

    def intents(
        self,
        *,
        action: str | None = None,
        states: Collection[State] = tuple(State),
        subject: str | None = None,
    ) -> list[IntentRecord]:
        """Return the intents of these states, oldest first."""
        query = select(intents).where(intents.c.state.in_([str(state) for state in states]))
        if action is not None:
            query = query.where(intents.c.action == action)
        if subject is not None:
            query = query.where(intents.c.subject == subject)
        rows = self._rows(query.order_by(intents.c.created_at, intents.c.intent_key))
        return [moves.as_record(row) for row in rows]

    def unresolved(self, *, subject: str) -> list[IntentRecord]:
        """Return the intents of any action whose outcome for this subject is not known."""
        return self.intents(states=UNRESOLVED, subject=subject)

    def attempts(self, intent_key: str) -> list[Attempt]:
        """Return every call made for an intent, first to last."""
        query = select(attempts).where(attempts.c.intent_key == intent_key)
        return [Attempt(**row) for row in self._rows(query.order_by(attempts.c.number))]

    def history(self) -> list[Entry]:
        """Return the history from its beginning."""
        with self._reading() as connection:
            return list(chain.entries(connection))

    def verify_chain(self) -> tuple[str, ...]:
        """Return every contradiction in the history, its hashes and the intents; none is well."""
        with self._reading() as connection:
            return tuple(chain.problems(connection))

    def _answer(
        self, claim: Claim, *, to: State, answer: str, at: datetime, values: Mapping[str, object]
    ) -> None:
        with self._writing() as connection:
            moves.move(
                connection,
                claim.intent_key,
                to=to,
                at=at,
                who=claim.owner,
                values={**values, **moves.NO_LEASE},
                where=[moves.held_by(claim)],
            )
            moves.end_attempt(connection, claim, outcome=to, answer=answer, at=at)

    def _rows(self, query: Select[Any]) -> list[dict[str, Any]]:
        with self._reading() as connection:
            return [dict(row) for row in connection.execute(query).mappings()]

    @contextmanager
    def _writing(self) -> Iterator[Connection]:
        with self._engine.begin() as connection:
            chain.lock(connection)
            yield connection

    @contextmanager
    def _reading(self) -> Iterator[Connection]:
        with self._engine.connect() as opened:
            connection = opened.execution_options(**{READS: True})
            with connection.begin():
                yield connection
