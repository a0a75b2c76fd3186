"""What people decided, fresh from the ledger, in the form that queries join with."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal

import pyarrow as pa
import streamlit as st

from dashboard.settings import settings
from orchestration.ledger import Decisions, Ledger

INSTANT = pa.timestamp("us", tz="UTC")
STATES = pa.schema(
    [
        ("break_key", pa.string()),
        ("status", pa.string()),
        ("owner", pa.string()),
        ("note", pa.string()),
        ("reason", pa.string()),
        ("snoozed_until", INSTANT),
        ("resolved_at", INSTANT),
        ("amount", pa.decimal128(18, 3)),
        ("currency", pa.string()),
        ("proposed_by", pa.string()),
        ("decided_by", pa.string()),
        ("decided_at", INSTANT),
        ("sequence", pa.int64()),
    ]
)


@dataclass(frozen=True)
class Decided:
    """How breaks stand by every decision up to `version`; the version is the key of caches."""

    url: str
    version: int
    today: datetime

    @property
    def states(self) -> pa.Table:
        """One row per break that anybody decided about."""
        return _states(self.url, self.version)


@contextmanager
def ledger() -> Iterator[Decisions]:
    """Hand out the ledger's decisions; the engine behind them is shared."""
    yield _opened(settings().ledger_url)


@contextmanager
def syncs() -> Iterator[Ledger]:
    """Hand out what is planned and sent, and what people say about it."""
    yield _syncs(settings().ledger_url)


def decided() -> Decided:
    """Return how breaks stand now; a snooze ends with its day, in UTC."""
    url = settings().ledger_url
    today = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    return Decided(url, _opened(url).version(), today)


@st.cache_resource(max_entries=4, show_spinner=False)
def _opened(url: str) -> Decisions:
    return Decisions(url)


@st.cache_resource(max_entries=4, show_spinner=False)
def _syncs(url: str) -> Ledger:
    return Ledger(url)


@st.cache_resource(max_entries=4, show_spinner=False)
def _states(url: str, version: int) -> pa.Table:  # noqa: ARG001 - the version is the cache's key
    found = [vars(state) for state in _opened(url).states()]
    return pa.Table.from_pylist([_exact(state) for state in found], schema=STATES)


def _exact(state: dict[str, object]) -> dict[str, object]:
    amount = state["amount"]
    if not isinstance(amount, Decimal):
        return state
    return {**state, "amount": amount.quantize(Decimal("0.001"))}
