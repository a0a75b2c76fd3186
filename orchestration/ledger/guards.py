"""What holds an intent back at the moment it would be sent, asked under the ledger's own lock."""

from datetime import datetime
from decimal import Decimal

from sqlalchemy import Connection, func, select

from orchestration.ledger import moves
from orchestration.ledger.errors import HeldBackError, LostClaimError
from orchestration.ledger.schema import halts, intents
from orchestration.ledger.states import NOT_SENT, State
from orchestration.ledger.values import DayLimit, Intent

SPENT = [str(state) for state in (State.SENT, State.UNKNOWN, State.CONFIRMED)]


def refuse_while_unseen(connection: Connection, intent: Intent, *, known_until: datetime) -> None:
    """
    Hold back an intent planned on data that does not hold an earlier one's effect yet.

    Confirmed at the very instant of the reading may be in it or not: that counts as not.
    """
    unseen = select(intents.c.intent_key).where(
        intents.c.action == intent.action,
        intents.c.subject == intent.subject,
        intents.c.intent_key != intent.intent_key,
        intents.c.state == str(State.CONFIRMED),
        intents.c.confirmed_at >= known_until,
    )
    if connection.execute(unseen.limit(1)).first() is not None:
        raise HeldBackError("awaits_landing")


def refuse_while_halted(connection: Connection, intent: Intent) -> None:
    """Hold back whatever a person has halted, from the moment they did."""
    store, action = intent.store, intent.action
    scopes = ("*/*", f"*/{action}", f"{store}/*", f"{store}/{action}")
    if connection.execute(select(halts.c.scope).where(halts.c.scope.in_(scopes))).first():
        raise HeldBackError("halted")


def refuse_above_day(
    connection: Connection, intent: Intent, *, limit: DayLimit, at: datetime
) -> None:
    """Hold back what would take the action over its limit of the UTC day."""
    begins = at.replace(hour=0, minute=0, second=0, microsecond=0)
    today = (
        intents.c.action == intent.action,
        intents.c.state.in_(SPENT),
        intents.c.sent_at >= begins,
        intents.c.intent_key != intent.intent_key,
    )
    if limit.measure == "amount":
        query = select(intents.c.amount).where(*today, intents.c.currency == intent.currency)
        amounts: list[Decimal | None] = list(connection.execute(query).scalars())
        spent = sum((amount or Decimal(0) for amount in amounts), Decimal(0))
        asked = intent.amount or Decimal(0)
    else:
        what = func.count() if limit.measure == "rows" else func.sum(intents.c.quantity)
        spent = Decimal(connection.execute(select(what).where(*today)).scalar() or 0)
        asked = Decimal(1 if limit.measure == "rows" else intent.quantity or 0)
    if spent + asked > limit.most:
        raise HeldBackError("above_day_limit")


def withdraw_older_plans(
    connection: Connection, intent: Intent, *, at: datetime, who: str, known_until: datetime | None
) -> None:
    """
    Refuse what was planned for the same subject on older data, and was not sent.

    Holds back this intent where the other plan is the newer one, or in a worker's hands.
    """
    others = select(intents.c.intent_key, intents.c.known_until).where(
        intents.c.action == intent.action,
        intents.c.subject == intent.subject,
        intents.c.intent_key != intent.intent_key,
        intents.c.state.in_([str(state) for state in NOT_SENT]),
    )
    for other in connection.execute(others).all():
        key: str = other.intent_key
        their_until: datetime | None = other.known_until
        if known_until is not None and their_until is not None and their_until > known_until:
            raise HeldBackError("newer_plan")
        try:
            moves.move(
                connection,
                key,
                to=State.REFUSED,
                at=at,
                who=who,
                values={"message": f"superseded by {intent.intent_key}", **moves.NO_LEASE},
                where=[moves.unleased(at)],
            )
        except LostClaimError as error:
            raise HeldBackError("claimed_elsewhere") from error
