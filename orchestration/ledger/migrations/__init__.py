"""The steps that bring a ledger to this program's schema, for Alembic."""
