"""The ledger's database: opened, and used one whole transaction at a time."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any, Self

from sqlalchemy import Connection, Select

from orchestration.ledger import chain
from orchestration.ledger.connection import open_engine, reading

LEASE = timedelta(minutes=5)


class Store:
    """A database at a URL; opening creates or upgrades its schema."""

    def __init__(self, url: str, *, lease: timedelta = LEASE) -> None:
        self._engine = open_engine(url)
        self._lease = lease

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Give back the database's connections."""
        self._engine.dispose()

    def _rows(self, query: Select[Any]) -> list[dict[str, Any]]:
        with self._reading() as connection:
            return [dict(row) for row in connection.execute(query).mappings()]

    @contextmanager
    def _writing(self) -> Iterator[Connection]:
        with self._engine.begin() as connection:
            chain.lock(connection)
            yield connection

    @contextmanager
    def _reading(self) -> Iterator[Connection]:
        with self._engine.connect() as opened:
            connection = reading(opened)
            with connection.begin():
                yield connection
