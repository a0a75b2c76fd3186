"""What messages and refunds need, who asked for an intent, and the halts that people order."""

import sqlalchemy as sa
from alembic import op

revision = "2"
down_revision = "1"

# A person who finds that one of these did not happen settles it as refused, which frees its case.
ONE_EVER = sa.text(
    "action in ('issue_refund', 'notify', 'open_rma')"
    " and state in ('sent', 'unknown', 'confirmed')"
)


def upgrade() -> None:
    """Add columns that may be empty, so that what was written before stays true."""
    for column in (
        sa.Column("told", sa.String(300)),
        sa.Column("details", sa.Text),
        sa.Column("proposed_by", sa.String(200)),
        sa.Column("known_until", sa.String(32)),
    ):
        op.add_column("intents", column)
    op.add_column("attempts", sa.Column("request", sa.Text))
    op.create_index("intents_by_day", "intents", ["action", "sent_at"])
    op.create_index(
        "one_effect_per_subject",
        "intents",
        ["action", "subject"],
        unique=True,
        sqlite_where=ONE_EVER,
        postgresql_where=ONE_EVER,
    )
    op.create_table(
        "halts",
        sa.Column("scope", sa.String(130), primary_key=True),
        sa.Column("who", sa.String(200), nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("at", sa.String(32), nullable=False),
    )
