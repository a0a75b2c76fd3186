"""What dbt's adapter loads, by its name in the profile, to read a landing that is in a store."""

from typing import Any

import duckdb
from dbt.adapters.duckdb.plugins import BasePlugin

from orchestration.landing.store import let_read, open_landing


class Plugin(BasePlugin):
    """Lets the connections that dbt opens read the landing of its configuration."""

    def initialize(self, plugin_config: dict[str, Any]) -> None:
        """Take the landing's address; without one, the models' sources are files."""
        self._landing = str(plugin_config.get("landing") or "")

    def configure_connection(self, conn: duckdb.DuckDBPyConnection) -> None:
        """Give a new connection the store's client."""
        if self._landing:
            let_read(conn, open_landing(self._landing))
