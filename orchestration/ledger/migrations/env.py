"""Runs the steps on the connection that the caller's transaction is on."""

from alembic import context

from orchestration.ledger.upgrade import VERSION_TABLE

context.configure(connection=context.config.attributes["connection"], version_table=VERSION_TABLE)
context.run_migrations()
