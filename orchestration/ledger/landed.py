"""Actions and decided breaks as streams that runs land; confirmed actions are taken in too."""

import json
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import Column, Connection, Select, case, select, tuple_

from orchestration.extract.streams import STREAMS, Stream, System
from orchestration.ledger.decision_tables import break_states
from orchestration.ledger.schema import intents
from orchestration.ledger.states import State
from orchestration.ledger.values import Intent

ACTIONS = STREAMS[System.LEDGER, "actions"]
BREAK_STATES = STREAMS[System.LEDGER, "break_states"]
UNCONFIRMED = STREAMS[System.LEDGER, "unconfirmed_actions"]


def pages(connection: Connection, *, since: datetime | None, page_size: int) -> Iterator[bytes]:
    """Yield answers of at most `page_size` actions, oldest confirmation first."""
    query = select(*(intents.c[name] for name in ACTIONS.columns)).where(
        intents.c.state == str(State.CONFIRMED)
    )
    order = (intents.c.confirmed_at, intents.c.intent_key)
    yield from _pages(connection, ACTIONS, query, order, since=since, page_size=page_size)


def unconfirmed_pages(connection: Connection, *, page_size: int) -> Iterator[bytes]:
    """
    Yield answers of at most `page_size` actions that were called for and are not confirmed.

    One whose calls are known to have had no effect was not sent: its `sent_at` is null.
    """
    sent_at = case((intents.c.first_sent_at.is_not(None), intents.c.sent_at)).label("sent_at")
    columns = [sent_at if name == "sent_at" else intents.c[name] for name in UNCONFIRMED.columns]
    # By name, not by what it is not: most of a ledger is confirmed, and is not looked at.
    states = [str(state) for state in State if state is not State.CONFIRMED]
    query = select(*columns).where(intents.c.state.in_(states), intents.c.attempt_count > 0)
    order = (intents.c.intent_key,)
    yield from _pages(connection, UNCONFIRMED, query, order, since=None, page_size=page_size)


def state_pages(
    connection: Connection, *, since: datetime | None, page_size: int
) -> Iterator[bytes]:
    """Yield answers of at most `page_size` breaks as they stand, oldest decision first."""
    query = select(*(break_states.c[name] for name in BREAK_STATES.columns))
    order = (break_states.c.decided_at, break_states.c.break_key)
    yield from _pages(connection, BREAK_STATES, query, order, since=since, page_size=page_size)


def _pages(
    connection: Connection,
    stream: Stream,
    query: Select[Any],
    order: tuple[Column[Any], ...],
    *,
    since: datetime | None,
    page_size: int,
) -> Iterator[bytes]:
    if since is not None:
        query = query.where(order[0] >= since)
    after: tuple[Any, ...] | None = None
    while True:
        page = query if after is None else query.where(tuple_(*order) > after)
        rows = connection.execute(page.order_by(*order).limit(page_size)).mappings().all()
        if rows or after is None:
            yield json.dumps({stream.name: [_as_json(dict(row)) for row in rows]}).encode()
        if len(rows) < page_size:
            return
        after = tuple(rows[-1][column.name] for column in order)


def as_confirmed(record: Mapping[str, Any]) -> tuple[Intent, dict[str, object]]:
    """Return a record of the stream as an intent, and what is known of its confirmation."""
    amount = record.get("amount")
    intent = Intent(
        intent_key=record["intent_key"],
        action=record["action"],
        store=record["store"],
        case_key=record["case_key"],
        order_line_id=record.get("order_line_id"),
        sku=record.get("sku"),
        quantity=record.get("quantity"),
        amount=None if amount is None else Decimal(str(amount)),
        currency=record.get("currency"),
        location_id=record.get("location_id"),
    )
    confirmed_at = _instant(record["confirmed_at"])
    sent_at = _instant(record.get("sent_at") or record["confirmed_at"])
    return intent, {
        "approved_by": "elsewhere",
        "reference": record.get("reference"),
        "first_sent_at": sent_at,
        "sent_at": sent_at,
        "confirmed_at": confirmed_at,
    }


def _instant(value: datetime | str) -> datetime:
    return datetime.fromisoformat(value) if isinstance(value, str) else value


def _as_json(row: Mapping[str, Any]) -> dict[str, Any]:
    return {name: _plain(value) for name, value in row.items()}


def _plain(value: object) -> object:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    return format(value, "f") if isinstance(value, Decimal) else value
