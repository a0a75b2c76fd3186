"""The ledger's door: plan, approve, claim, send, and the truth of what came of it."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from orchestration.ledger import guards, landed, moves
from orchestration.ledger.approvals import Approvals
from orchestration.ledger.errors import IntentChangedError
from orchestration.ledger.schema import intents
from orchestration.ledger.states import UNRESOLVED, State
from orchestration.ledger.values import Claim, DayLimit, Intent, IntentRecord

AFTER_A_CALL = [str(state) for state in UNRESOLVED]


class Ledger(Approvals):
    """
    The decisions store, as the workers that send use it.

    Every method is one transaction that is durable when it returns. Times are aware and handed in.
    """

    def plan(
        self,
        intent: Intent,
        *,
        at: datetime,
        run_id: str,
        known_until: datetime | None = None,
        proposed_by: str | None = None,
    ) -> IntentRecord:
        """
        Make the intent durable, or return what became of it under the same key.

        What was planned for the same subject on data known up to an earlier time is withdrawn.
        """
        with self._writing() as connection:
            found = moves.read(connection, intent.intent_key)
            if found is None:
                guards.withdraw_older_plans(
                    connection, intent, at=at, who=run_id, known_until=known_until
                )
                values = {"proposed_by": proposed_by or run_id, "known_until": known_until}
                moves.insert(
                    connection, intent, state=State.PLANNED, at=at, run_id=run_id, values=values
                )
                found = moves.read(connection, intent.intent_key)
        if found is None or found.intent.effect != intent.effect:
            raise IntentChangedError(
                f"intent {intent.intent_key} asks for something else than before under one key"
            )
        return found

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
        self,
        claim: Claim,
        *,
        request_hash: str,
        at: datetime,
        request: str = "",
        known_until: datetime | None = None,
        day_limit: DayLimit | None = None,
    ) -> None:
        """
        Make it durable that the call is about to be made; only then may it be.

        `known_until` is before when the data of the plan knew what was confirmed: a confirmation
        from then on for the same subject holds the intent back. Nothing for a replay.
        """
        intent = claim.record.intent
        with self._writing() as connection:
            guards.refuse_while_halted(connection, intent)
            if known_until is not None:
                guards.refuse_while_unseen(connection, intent, known_until=known_until)
            if day_limit is not None:
                guards.refuse_above_day(connection, intent, limit=day_limit, at=at)
            moves.begin_attempt(
                connection, claim, request_hash=request_hash, request=request, at=at
            )

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
        values = {"message": message, **(moves.NEVER_SENT if is_first_call else {})}
        to = State.APPROVED if is_first_call else State.UNKNOWN
        self._answer(claim, to=to, answer=message, at=at, values=values)

    def mark_absent(self, claim: Claim, *, message: str, at: datetime) -> None:
        """Reading the remote back showed that no call had an effect: it may be made anew."""
        values = {"message": message, **moves.NEVER_SENT}
        self._answer(claim, to=State.APPROVED, answer=message, at=at, values=values)

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
                where=[moves.held_by(claim), intents.c.state.in_(AFTER_A_CALL)],
            )
            moves.end_attempt(connection, claim, outcome=to, answer=answer, at=at)
