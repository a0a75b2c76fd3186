"""What people decide about syncs: yes, no, what they found out, and stop."""

from datetime import datetime

from sqlalchemy import select

from orchestration.ledger import chain, moves
from orchestration.ledger.errors import DecisionRefusedError, LostClaimError
from orchestration.ledger.records import Records
from orchestration.ledger.schema import halts, intents
from orchestration.ledger.states import NOT_SENT, State


class Approvals(Records):
    """Every decision is written down with its author, and can be read in the history."""

    def approve(self, intent_key: str, *, who: str, at: datetime) -> None:
        """
        Let a planned intent be sent; a limit's policy or a person answers for it by name.

        Raises DecisionRefusedError for whoever proposed it: it takes a second pair of eyes.
        """
        with self._writing() as connection:
            record = moves.read(connection, intent_key)
            if record is None:
                raise DecisionRefusedError(f"there is no intent {intent_key}: see `returns plan`")
            if is_same_person(record.proposed_by, who):
                raise DecisionRefusedError(
                    f"{who} proposed intent {intent_key}: somebody else must approve it"
                )
            moves.move(
                connection,
                intent_key,
                to=State.APPROVED,
                at=at,
                who=who,
                values={"approved_by": who},
                where=[intents.c.state == str(State.PLANNED)],
            )

    def refuse(self, intent_key: str, *, who: str, note: str, at: datetime) -> None:
        """Say no to an intent that was not sent yet; it stays refused while its evidence does."""
        with self._writing() as connection:
            try:
                moves.move(
                    connection,
                    intent_key,
                    to=State.REFUSED,
                    at=at,
                    who=who,
                    values={"message": note},
                    where=[
                        intents.c.state.in_([str(state) for state in NOT_SENT]),
                        moves.unleased(at),
                    ],
                )
            except LostClaimError as error:
                raise DecisionRefusedError(
                    f"intent {intent_key} is not waiting: it was sent, refused or never planned"
                ) from error

    def settle(
        self, intent_key: str, *, is_applied: bool, who: str, note: str, at: datetime
    ) -> None:
        """
        Record what a person found out about an intent that is `unknown`.

        What did not happen is planned again: it is sent once its gate and its limits allow it, or
        a person does, and refused where nobody wants it any more.
        """
        with self._writing() as connection:
            record = moves.read(connection, intent_key)
            values: dict[str, object] = {"approved_by": None, **moves.NEVER_SENT}
            if is_applied:
                reference = record.intent.reference_if_settled if record else None
                values = {"confirmed_at": at, "reference": reference}
            moves.move(
                connection,
                intent_key,
                to=State.CONFIRMED if is_applied else State.PLANNED,
                at=at,
                who=who,
                values={"message": note, **values, **moves.NO_LEASE},
                where=[intents.c.state == str(State.UNKNOWN), moves.unleased(at)],
            )

    def halt(self, scope: str, *, who: str, reason: str, at: datetime) -> None:
        """
        Let nothing more be sent in a scope (`store/action`, `*` for every one), from now on.

        A call that is on its way comes to its end; its outcome is recorded.
        """
        if scope.count("/") != 1 or not all(scope.split("/")):
            raise DecisionRefusedError(f"{scope} is not written store/action, such as us/restock")
        with self._writing() as connection:
            if connection.execute(select(halts.c.scope).where(halts.c.scope == scope)).first():
                return
            said = {"who": who, "reason": reason, "at": at}
            connection.execute(halts.insert().values(scope=scope, **said))
            key = f"{chain.HALT}{scope}"
            chain.append(connection, key, state=chain.HALTED, at=at, who=who, details=said)

    def resume(self, scope: str, *, who: str, at: datetime) -> None:
        """Take a halt back."""
        with self._writing() as connection:
            gone = connection.execute(halts.delete().where(halts.c.scope == scope))
            if gone.rowcount != 1:
                raise DecisionRefusedError(f"{scope} is not halted")
            key = f"{chain.HALT}{scope}"
            chain.append(connection, key, state=chain.RESUMED, at=at, who=who, details={})


def is_same_person(proposer: str | None, who: str) -> bool:
    """Return whether a proposal is somebody's own, however they spelled their name."""
    return proposer is not None and proposer.strip().casefold() == who.strip().casefold()
