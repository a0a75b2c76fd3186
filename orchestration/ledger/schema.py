"""
The ledger's tables, in types that read back equal on SQLite and on PostgreSQL.

The steps in `migrations` create them, with their indices and triggers.
"""

from datetime import UTC, datetime
from decimal import Decimal

from sqlalchemy import (
    Column,
    Dialect,
    ForeignKey,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    TypeDecorator,
)


class Instant(TypeDecorator[datetime]):
    """An aware UTC time as text of one width, so that order as text is order in time."""

    impl = String(32)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> str | None:  # noqa: ARG002
        """Refuse a time without a zone: it could mean any hour."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("the ledger keeps aware times only")
        return value.astimezone(UTC).isoformat(timespec="microseconds")

    def process_result_value(self, value: str | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        """Return the time aware and in UTC."""
        return None if value is None else datetime.fromisoformat(value)


class Exact(TypeDecorator[Decimal]):
    """A decimal as text: SQLite would keep it as a float."""

    impl = String(40)
    cache_ok = True

    def process_bind_param(self, value: Decimal | None, dialect: Dialect) -> str | None:  # noqa: ARG002
        """Keep every digit, trailing zeros included."""
        return None if value is None else format(value, "f")

    def process_result_value(self, value: str | None, dialect: Dialect) -> Decimal | None:  # noqa: ARG002
        """Return the digits that were kept."""
        return None if value is None else Decimal(value)


metadata = MetaData()

intents = Table(
    "intents",
    metadata,
    Column("intent_key", String(200), primary_key=True),
    Column("action", String(60), nullable=False),
    Column("store", String(60), nullable=False),
    Column("case_key", String(300), nullable=False),
    Column("case_name", String(300), nullable=False),
    Column("order_line_id", String(200)),
    Column("sku", String(300)),
    Column("quantity", Integer),
    Column("amount", Exact),
    Column("currency", String(3)),
    Column("inventory_item_id", String(200)),
    Column("location_id", String(200)),
    Column("evidence", Text),
    Column("told", String(300)),
    Column("details", Text),
    Column("subject", String(500), nullable=False),
    Column("state", String(20), nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("run_id", String(100), nullable=False),
    Column("proposed_by", String(200)),
    Column("known_until", Instant),
    Column("approved_by", String(200)),
    Column("request_hash", String(64)),
    Column("first_sent_at", Instant),
    Column("sent_at", Instant),
    Column("confirmed_at", Instant),
    Column("reference", String(300)),
    Column("message", Text),
    Column("lease_owner", String(200)),
    Column("lease_expires_at", Instant),
    Column("fencing_token", Integer, nullable=False, server_default="0"),
    Column("attempt_count", Integer, nullable=False, server_default="0"),
)

attempts = Table(
    "attempts",
    metadata,
    Column("intent_key", ForeignKey("intents.intent_key"), primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("owner", String(200), nullable=False),
    Column("request_hash", String(64), nullable=False),
    Column("started_at", Instant, nullable=False),
    Column("finished_at", Instant),
    Column("outcome", String(20)),
    Column("answer", Text),
    Column("request", Text),
)

history = Table(
    "history",
    metadata,
    Column("sequence", Integer, primary_key=True, autoincrement=False),
    Column("intent_key", String(200), nullable=False),
    Column("at", Instant, nullable=False),
    Column("who", String(200), nullable=False),
    Column("state", String(20), nullable=False),
    Column("details", Text, nullable=False),
    Column("previous_hash", String(64), nullable=False),
    Column("hash", String(64), nullable=False),
)

chain_head = Table(
    "chain_head",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("sequence", Integer, nullable=False),
    Column("hash", String(64), nullable=False),
)

# Whatever a scope covers is not sent while its row is here.
halts = Table(
    "halts",
    metadata,
    Column("scope", String(130), primary_key=True),
    Column("who", String(200), nullable=False),
    Column("reason", Text, nullable=False),
    Column("at", Instant, nullable=False),
)

# A customer who asked to be forgotten: the keyed hashes of an e-mail and of ids, nothing else.
forgotten_customers = Table(
    "forgotten_customers",
    metadata,
    Column("customer_key", String(64), primary_key=True),
    Column("made_with", String(64), nullable=False),
    Column("forgotten_at", Instant, nullable=False),
)
