"""The folder that holds all state, and the paths in it."""

import os
from pathlib import Path

import dagster as dg

from orchestration.landing.store import is_store, open_landing
from orchestration.resources.settings import HomeSettings, environment, read_home


def landing_of(settings: HomeSettings) -> Path:
    """
    Return the root of landing.

    A store's client reads the environment alone: what .env says of it is put there, and what is
    set to nothing is taken for not set.
    """
    root = open_landing(settings.landing)
    if is_store(root):
        for name, value in settings.client_settings.items():
            if value:
                os.environ[name] = value
            else:
                os.environ.pop(name, None)
    return root


class Home(dg.ConfigurableResource[None]):
    """Where landing, warehouse, publications and ledger are; read anew at each use."""

    @property
    def path(self) -> Path:
        """The folder itself."""
        return self._settings.path

    @property
    def landing(self) -> Path:
        """Evidence: batches by system, stream and source."""
        return landing_of(self._settings)

    @property
    def scratch(self) -> Path:
        """Where batches for a store are made before they are put there."""
        return self._settings.scratch

    @property
    def warehouse(self) -> Path:
        """The models' database; may be deleted and rebuilt."""
        return self.path / "warehouse.duckdb"

    @property
    def published(self) -> Path:
        """The publications and the pointer to the current one."""
        return self.path / "published"

    @property
    def publications_kept(self) -> int:
        """How many publications stay when a new one is made."""
        return self._settings.publications_kept

    @property
    def memory_limit(self) -> str:
        """What memory a build's engine may take before it spills, as DuckDB writes it."""
        return self._settings.memory_limit

    @property
    def _settings(self) -> HomeSettings:
        return read_home(environment())
