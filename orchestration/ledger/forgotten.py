"""Customers who asked to be forgotten, by keyed hash: what must never land again."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import Connection, select

from orchestration.ledger.errors import OtherSecretError
from orchestration.ledger.schema import forgotten_customers
from orchestration.ledger.store import Store


class ForgottenCustomers(Store):
    """
    The ledger, as whoever reads or erases customers uses it.

    `made_with` tells the secret of the hashes from another one. Raises OtherSecretError where
    another secret made some: under this one those customers would not be known again.
    """

    def keys(self, *, made_with: str) -> frozenset[str]:
        """Return the hash of every e-mail and id to be left out."""
        with self._reading() as connection:
            return _keys(connection, made_with=made_with)

    def add(self, keys: Collection[str], *, made_with: str, at: datetime) -> None:
        """Keep these hashes; one that is there already stays as it is."""
        with self._writing() as connection:
            for key in sorted(set(keys) - _keys(connection, made_with=made_with)):
                values = {"customer_key": key, "made_with": made_with, "forgotten_at": at}
                connection.execute(forgotten_customers.insert().values(**values))


def _keys(connection: Connection, *, made_with: str) -> frozenset[str]:
    rows = connection.execute(
        select(forgotten_customers.c.customer_key, forgotten_customers.c.made_with)
    ).all()
    others = sum(row.made_with != made_with for row in rows)
    if others:
        raise OtherSecretError(others)
    return frozenset(row.customer_key for row in rows)
