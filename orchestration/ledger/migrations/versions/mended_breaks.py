"""When a break was said to be mended, apart from the last word about it."""

import sqlalchemy as sa
from alembic import op

revision = "5"
down_revision = "4"


def upgrade() -> None:
    """Add the moment; of what stands as mended the last word is the best there is."""
    op.add_column("break_states", sa.Column("resolved_at", sa.String(32)))
    op.execute("update break_states set resolved_at = decided_at where status = 'resolved'")
