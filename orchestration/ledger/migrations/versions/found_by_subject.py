"""Indices for what a run asks of every row, and for the lists, however long the ledger is."""

from alembic import op

revision = "6"
down_revision = "5"


def upgrade() -> None:
    """
    Find intents by subject, those of a state in the order of their lists, the confirmed by time.

    Each begins with every column that its query compares: SQLite, which keeps no statistics of a
    new ledger, takes the index with the most of them.
    """
    op.create_index("intents_by_subject", "intents", ["subject", "action", "state"])
    op.create_index("intents_by_turn", "intents", ["state", "created_at", "intent_key", "store"])
    op.drop_index("intents_by_confirmation", "intents")
    op.create_index("intents_by_confirmation", "intents", ["state", "confirmed_at", "intent_key"])
