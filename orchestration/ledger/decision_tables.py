"""The tables of what people decided, kept for ever, and of how each break stands by it."""

from sqlalchemy import Column, Integer, MetaData, String, Table, Text

from orchestration.ledger.schema import Exact, Instant

decision_metadata = MetaData()

decisions = Table(
    "decisions",
    decision_metadata,
    Column("sequence", Integer, primary_key=True, autoincrement=False),
    Column("at", Instant, nullable=False),
    Column("who", String(200), nullable=False),
    Column("topic", String(20), nullable=False),
    Column("subject", String(300), nullable=False),
    Column("verb", String(30), nullable=False),
    Column("details", Text, nullable=False),
    Column("previous_hash", String(64), nullable=False),
    Column("hash", String(64), nullable=False),
)

# What the decisions come to; it could be made anew from them.
break_states = Table(
    "break_states",
    decision_metadata,
    Column("break_key", String(64), primary_key=True),
    Column("status", String(20), nullable=False),
    Column("owner", String(200)),
    Column("note", Text),
    Column("reason", Text),
    Column("snoozed_until", Instant),
    Column("resolved_at", Instant),
    Column("amount", Exact),
    Column("currency", String(3)),
    Column("proposed_by", String(200)),
    Column("decided_by", String(200), nullable=False),
    Column("decided_at", Instant, nullable=False),
    Column("sequence", Integer, nullable=False),
)
