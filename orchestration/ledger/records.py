"""What the ledger holds, for whoever reads it."""

from collections.abc import Collection, Iterator
from datetime import datetime

from sqlalchemy import func, select

from orchestration.ledger import chain, landed, moves
from orchestration.ledger.schema import attempts, halts, intents
from orchestration.ledger.states import UNRESOLVED, State
from orchestration.ledger.store import Store
from orchestration.ledger.values import Attempt, Entry, Halt, IntentRecord

PAGE_SIZE = 1000


class Records(Store):
    """Reading; every method sees one moment of the database."""

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
        called_since: datetime | None = None,
    ) -> list[IntentRecord]:
        """Return the intents of these states, oldest first; those called for since, where told."""
        query = select(intents).where(intents.c.state.in_([str(state) for state in states]))
        if action is not None:
            query = query.where(intents.c.action == action)
        if subject is not None:
            query = query.where(intents.c.subject == subject)
        if called_since is not None:
            query = query.where(intents.c.first_sent_at > called_since)
        rows = self._rows(query.order_by(intents.c.created_at, intents.c.intent_key))
        return [moves.as_record(row) for row in rows]

    def counts(self, *, store: str | None = None) -> dict[State, int]:
        """Return how many intents, of one store or of all, are in each state there is."""
        counted = select(intents.c.state, func.count().label("intents")).group_by(intents.c.state)
        if store is not None:
            counted = counted.where(intents.c.store == store)
        return {State(row["state"]): row["intents"] for row in self._rows(counted)}

    def page(
        self,
        states: Collection[State],
        *,
        limit: int,
        skipped: int = 0,
        store: str | None = None,
    ) -> list[IntentRecord]:
        """Return one page of the intents of these states, of one store or of all, oldest first."""
        query = select(intents).where(intents.c.state.in_([str(state) for state in states]))
        if store is not None:
            query = query.where(intents.c.store == store)
        ordered = query.order_by(intents.c.created_at, intents.c.intent_key)
        return [moves.as_record(row) for row in self._rows(ordered.limit(limit).offset(skipped))]

    def unresolved(self, *, subject: str) -> list[IntentRecord]:
        """Return the intents of any action whose outcome for this subject is not known."""
        return self.intents(states=UNRESOLVED, subject=subject)

    def attempts(self, intent_key: str) -> list[Attempt]:
        """Return every call made for an intent, first to last."""
        query = select(attempts).where(attempts.c.intent_key == intent_key)
        return [Attempt(**row) for row in self._rows(query.order_by(attempts.c.number))]

    def halts(self) -> list[Halt]:
        """Return what is halted, and by whom."""
        return [Halt(**row) for row in self._rows(select(halts).order_by(halts.c.scope))]

    def history(self) -> list[Entry]:
        """Return the history from its beginning."""
        with self._reading() as connection:
            return list(chain.entries(connection))

    def verify_chain(self) -> tuple[str, ...]:
        """Return every contradiction in the history, its hashes and the intents; none is well."""
        with self._reading() as connection:
            return tuple(chain.problems(connection))

    def unconfirmed_actions(self, *, page_size: int = PAGE_SIZE) -> Iterator[bytes]:
        """Yield one answer a page of actions sent and not confirmed: at least one, even empty."""
        with self._reading() as connection:
            yield from landed.unconfirmed_pages(connection, page_size=page_size)

    def confirmed_actions(
        self, since: datetime | None = None, *, page_size: int = PAGE_SIZE
    ) -> Iterator[bytes]:
        """Yield one answer a page confirmed from `since` on: at least one, even empty."""
        with self._reading() as connection:
            yield from landed.pages(connection, since=since, page_size=page_size)
