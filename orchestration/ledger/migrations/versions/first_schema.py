"""Intents, attempts, and an empty history that refuses changes."""

import sqlalchemy as sa
from alembic import op

revision = "1"
down_revision = None

GENESIS = "0" * 64
ONE_OPEN = sa.text("state in ('sent', 'unknown')")
APPEND_ONLY = {
    "sqlite": (
        "create trigger history_is_append_only_{verb} before {verb} on history"
        " begin select raise(abort, 'the history is append-only'); end",
    ),
    "postgresql": (
        "create or replace function refuse_history_change() returns trigger as"
        " $$ begin raise exception 'the history is append-only'; end $$ language plpgsql",
        "create trigger history_is_append_only_{verb} before {verb} on history"
        " for each row execute function refuse_history_change()",
    ),
}


def upgrade() -> None:
    """Create every table of the first release."""
    op.create_table("intents", *_intents())
    op.create_index("intents_by_state", "intents", ["action", "state"])
    op.create_index("intents_by_confirmation", "intents", ["confirmed_at", "intent_key"])
    op.create_index(
        "one_open_intent_per_subject",
        "intents",
        ["action", "subject"],
        unique=True,
        sqlite_where=ONE_OPEN,
        postgresql_where=ONE_OPEN,
    )
    op.create_table("attempts", *_attempts())
    op.create_table("history", *_history())
    head = op.create_table(
        "chain_head",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("sequence", sa.Integer, nullable=False),
        sa.Column("hash", sa.String(64), nullable=False),
    )
    op.bulk_insert(head, [{"id": 1, "sequence": 0, "hash": GENESIS}])
    for verb in ("update", "delete"):
        for statement in APPEND_ONLY.get(op.get_bind().dialect.name, ()):
            op.get_bind().exec_driver_sql(statement.format(verb=verb))


def _intents() -> list[sa.Column[object]]:
    return [
        sa.Column("intent_key", sa.String(200), primary_key=True),
        sa.Column("action", sa.String(60), nullable=False),
        sa.Column("store", sa.String(60), nullable=False),
        sa.Column("case_key", sa.String(300), nullable=False),
        sa.Column("case_name", sa.String(300), nullable=False),
        sa.Column("order_line_id", sa.String(200)),
        sa.Column("sku", sa.String(300)),
        sa.Column("quantity", sa.Integer),
        sa.Column("amount", sa.String(40)),
        sa.Column("currency", sa.String(3)),
        sa.Column("inventory_item_id", sa.String(200)),
        sa.Column("location_id", sa.String(200)),
        sa.Column("evidence", sa.Text),
        sa.Column("subject", sa.String(500), nullable=False),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("created_at", sa.String(32), nullable=False),
        sa.Column("run_id", sa.String(100), nullable=False),
        sa.Column("approved_by", sa.String(200)),
        sa.Column("request_hash", sa.String(64)),
        sa.Column("first_sent_at", sa.String(32)),
        sa.Column("sent_at", sa.String(32)),
        sa.Column("confirmed_at", sa.String(32)),
        sa.Column("reference", sa.String(300)),
        sa.Column("message", sa.Text),
        sa.Column("lease_owner", sa.String(200)),
        sa.Column("lease_expires_at", sa.String(32)),
        sa.Column("fencing_token", sa.Integer, nullable=False, server_default="0"),
        sa.Column("attempt_count", sa.Integer, nullable=False, server_default="0"),
    ]


def _attempts() -> list[sa.Column[object]]:
    return [
        sa.Column(
            "intent_key", sa.String(200), sa.ForeignKey("intents.intent_key"), primary_key=True
        ),
        sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("owner", sa.String(200), nullable=False),
        sa.Column("request_hash", sa.String(64), nullable=False),
        sa.Column("started_at", sa.String(32), nullable=False),
        sa.Column("finished_at", sa.String(32)),
        sa.Column("outcome", sa.String(20)),
        sa.Column("answer", sa.Text),
    ]


def _history() -> list[sa.Column[object]]:
    return [
        sa.Column("sequence", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("intent_key", sa.String(200), nullable=False),
        sa.Column("at", sa.String(32), nullable=False),
        sa.Column("who", sa.String(200), nullable=False),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("details", sa.Text, nullable=False),
        sa.Column("previous_hash", sa.String(64), nullable=False),
        sa.Column("hash", sa.String(64), nullable=False),
    ]
