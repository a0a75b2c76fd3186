"""The guarded steps of an intent from state to state, each one compare-and-set in SQL."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, fields, replace
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, and_, or_, select
from sqlalchemy.exc import IntegrityError

from orchestration.ledger import chain
from orchestration.ledger.errors import HeldBackError, IntentChangedError, LostClaimError
from orchestration.ledger.schema import attempts, intents
from orchestration.ledger.states import CLAIMABLE, MAY_FOLLOW, State
from orchestration.ledger.values import Claim, Intent, IntentRecord

INTENT_FIELDS = [field.name for field in fields(Intent)]
NOT_COLUMNS = {"intent", "request"}
RECORD_FIELDS = [field.name for field in fields(IntentRecord) if field.name not in NOT_COLUMNS]
NEVER_SENT: Mapping[str, object] = {"first_sent_at": None, "request_hash": None}
NO_LEASE: Mapping[str, object] = {"lease_owner": None, "lease_expires_at": None}


def read(connection: Connection, intent_key: str) -> IntentRecord | None:
    """Return the intent as it stands."""
    found = select(intents).where(intents.c.intent_key == intent_key)
    row = connection.execute(found).mappings().one_or_none()
    return None if row is None else as_record(dict(row))


def as_record(row: Mapping[str, object]) -> IntentRecord:
    """Return a row of the table as a value."""
    values = {name: row[name] for name in RECORD_FIELDS}
    values["state"] = State(str(row["state"]))
    intent = Intent(**{name: row[name] for name in INTENT_FIELDS})  # type: ignore[arg-type]
    return IntentRecord(intent=intent, **values)  # type: ignore[arg-type]


def insert(
    connection: Connection,
    intent: Intent,
    *,
    state: State,
    at: datetime,
    run_id: str,
    values: Mapping[str, object],
) -> None:
    """Write a new intent and the history's first word on it."""
    row = asdict(intent) | {"subject": intent.subject, "state": str(state)}
    connection.execute(intents.insert().values(**row, created_at=at, run_id=run_id, **values))
    details = {"intent": chain.intent_fields(row), **values}
    chain.append(
        connection, intent.intent_key, state=str(state), at=at, who=run_id, details=details
    )


def move(
    connection: Connection,
    intent_key: str,
    *,
    to: State,
    at: datetime,
    who: str,
    values: Mapping[str, object],
    where: Iterable[ColumnElement[bool]] = (),
) -> None:
    """Take one step; a state that does not allow it, or a guard that fails, refuses it."""
    step = (
        intents.update()
        .where(
            intents.c.intent_key == intent_key,
            intents.c.state.in_([str(state) for state in MAY_FOLLOW[to]]),
            *where,
        )
        .values(state=str(to), **values)
    )
    if connection.execute(step).rowcount != 1:
        if read(connection, intent_key) is None:
            raise LostClaimError(f"there is no intent {intent_key}: see `returns plan`")
        raise LostClaimError(f"intent {intent_key} cannot become {to}: it has moved on")
    chain.append(connection, intent_key, state=str(to), at=at, who=who, details=values)


def take_lease(
    connection: Connection, intent_key: str, *, owner: str, now: datetime, until: datetime
) -> Claim | None:
    """Give the intent to one worker; every taking raises the token that its writes must carry."""
    step = (
        intents.update()
        .where(
            intents.c.intent_key == intent_key,
            intents.c.state.in_([str(state) for state in CLAIMABLE]),
            unleased(now),
        )
        .values(
            lease_owner=owner,
            lease_expires_at=until,
            fencing_token=intents.c.fencing_token + 1,
        )
    )
    if connection.execute(step).rowcount != 1:
        return None
    record = read(connection, intent_key)
    if record is None:
        return None
    sent = select(attempts.c.request).where(attempts.c.intent_key == intent_key)
    newest = sent.order_by(attempts.c.number.desc()).limit(1)
    record = replace(record, request=connection.execute(newest).scalar())
    return Claim(record, owner, record.fencing_token, until)


def held_by(claim: Claim) -> ColumnElement[bool]:
    """Whether the claim is still the newest on its intent."""
    return and_(
        intents.c.fencing_token == claim.fencing_token, intents.c.lease_owner == claim.owner
    )


def unleased(at: datetime) -> ColumnElement[bool]:
    """Whether nobody holds the intent at this time."""
    return or_(intents.c.lease_owner.is_(None), intents.c.lease_expires_at <= at)


def begin_attempt(
    connection: Connection, claim: Claim, *, request_hash: str, request: str, at: datetime
) -> None:
    """Make the intent `sent` and open its next attempt; the call comes after the commit."""
    record = claim.record
    if record.request_hash not in (None, request_hash):
        raise IntentChangedError(
            f"intent {claim.intent_key} was sent as another request before; settle it by hand"
        )
    number = record.attempt_count + 1
    values = {
        "request_hash": request_hash,
        "first_sent_at": record.first_sent_at or at,
        "sent_at": at,
        "attempt_count": number,
    }
    try:
        move(
            connection,
            claim.intent_key,
            to=State.SENT,
            at=at,
            who=claim.owner,
            values=values,
            where=[held_by(claim), intents.c.lease_expires_at > at],
        )
    except IntegrityError as error:
        raise HeldBackError("unresolved_intent") from error
    connection.execute(
        attempts.insert().values(
            intent_key=claim.intent_key,
            number=number,
            owner=claim.owner,
            request_hash=request_hash,
            started_at=at,
            request=request,
        )
    )


def end_attempt(
    connection: Connection, claim: Claim, *, outcome: State, answer: str, at: datetime
) -> None:
    """Write the answer beside the newest attempt; one that has an answer keeps it."""
    newest = (
        select(attempts.c.number)
        .where(attempts.c.intent_key == claim.intent_key)
        .order_by(attempts.c.number.desc())
        .limit(1)
        .scalar_subquery()
    )
    connection.execute(
        attempts.update()
        .where(
            attempts.c.intent_key == claim.intent_key,
            attempts.c.number == newest,
            attempts.c.outcome.is_(None),
        )
        .values(finished_at=at, outcome=str(outcome), answer=answer)
    )
