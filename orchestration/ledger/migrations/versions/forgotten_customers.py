"""The customers who asked to be forgotten."""

import sqlalchemy as sa
from alembic import op

revision = "4"
down_revision = "3"


def upgrade() -> None:
    """Keep keyed hashes of e-mails and ids, and which secret made them; nothing else."""
    op.create_table(
        "forgotten_customers",
        sa.Column("customer_key", sa.String(64), primary_key=True),
        sa.Column("made_with", sa.String(64), nullable=False),
        sa.Column("forgotten_at", sa.String(32), nullable=False),
    )
