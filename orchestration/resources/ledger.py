"""The decisions store, opened where the settings say."""

from collections.abc import Iterator
from contextlib import contextmanager

import dagster as dg

from orchestration.ledger import Decisions, ForgottenCustomers, Ledger
from orchestration.resources.settings import environment, read_home


class LedgerResource(dg.ConfigurableResource[None]):
    """The configured ledger; settings are read anew at each use."""

    @contextmanager
    def open(self) -> Iterator[Ledger]:
        """Open the ledger; the home folder is made where it is missing."""
        with Ledger(_url()) as ledger:
            yield ledger

    @contextmanager
    def open_decisions(self) -> Iterator[Decisions]:
        """Open what people decided about breaks and closes, in the same ledger."""
        with Decisions(_url()) as decisions:
            yield decisions

    def kept_publications(self) -> frozenset[str]:
        """Return the publications that a period was closed on."""
        with self.open_decisions() as decisions:
            return decisions.kept_publications()

    @contextmanager
    def forgotten_customers(self) -> Iterator[ForgottenCustomers]:
        """Open the same ledger for what it knows of customers who asked to be forgotten."""
        with ForgottenCustomers(_url()) as forgotten:
            yield forgotten


def _url() -> str:
    settings = read_home(environment())
    settings.path.mkdir(parents=True, exist_ok=True)
    return settings.ledger_url
