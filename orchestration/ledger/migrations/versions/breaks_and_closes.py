"""Decisions of people about breaks and closes, which only grow, and how breaks stand by them."""

import sqlalchemy as sa
from alembic import op

revision = "3"
down_revision = "2"

APPEND_ONLY = {
    "sqlite": (
        "create trigger decisions_are_append_only_{verb} before {verb} on decisions"
        " begin select raise(abort, 'the decisions are append-only'); end",
    ),
    "postgresql": (
        "create or replace function refuse_decisions_change() returns trigger as"
        " $$ begin raise exception 'the decisions are append-only'; end $$ language plpgsql",
        "create trigger decisions_are_append_only_{verb} before {verb} on decisions"
        " for each row execute function refuse_decisions_change()",
    ),
}


def upgrade() -> None:
    """Create both tables; the first refuses changes."""
    op.create_table(
        "decisions",
        sa.Column("sequence", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("at", sa.String(32), nullable=False),
        sa.Column("who", sa.String(200), nullable=False),
        sa.Column("topic", sa.String(20), nullable=False),
        sa.Column("subject", sa.String(300), nullable=False),
        sa.Column("verb", sa.String(30), nullable=False),
        sa.Column("details", sa.Text, nullable=False),
        sa.Column("previous_hash", sa.String(64), nullable=False),
        sa.Column("hash", sa.String(64), nullable=False),
    )
    op.create_index("decisions_by_subject", "decisions", ["subject"])
    op.create_table(
        "break_states",
        sa.Column("break_key", sa.String(64), primary_key=True),
        sa.Column("status", sa.String(20), nullable=False),
        sa.Column("owner", sa.String(200)),
        sa.Column("note", sa.Text),
        sa.Column("reason", sa.Text),
        sa.Column("snoozed_until", sa.String(32)),
        sa.Column("amount", sa.String(40)),
        sa.Column("currency", sa.String(3)),
        sa.Column("proposed_by", sa.String(200)),
        sa.Column("decided_by", sa.String(200), nullable=False),
        sa.Column("decided_at", sa.String(32), nullable=False),
        sa.Column("sequence", sa.Integer, nullable=False),
    )
    for verb in ("update", "delete"):
        for statement in APPEND_ONLY.get(op.get_bind().dialect.name, ()):
            op.get_bind().exec_driver_sql(statement.format(verb=verb))
