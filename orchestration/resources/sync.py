"""How syncs act, as configured."""

from datetime import timedelta
from pathlib import Path

import dagster as dg

from orchestration.resources.live_since import LiveSince
from orchestration.resources.settings import environment, read_sync


class SyncResource(dg.ConfigurableResource[None]):
    """How syncs act; read anew at each use."""

    @property
    def mode(self) -> str:
        """`dry` shows what would be sent, `live` sends it."""
        return read_sync(environment()).mode

    @property
    def live_since(self) -> LiveSince:
        """From when each store and action may be touched: what gates and senders both read."""
        return read_sync(environment()).live_since

    @property
    def late_stores(self) -> frozenset[str]:
        """The stores that dispose of returned units late, rather than move inventory states."""
        return read_sync(environment()).late_stores

    @property
    def limits_file(self) -> Path | None:
        """The table of limits that stands in for the project's own."""
        return read_sync(environment()).limits_file

    @property
    def stale_after(self) -> timedelta | None:
        """How old the numbers may be that something is sent on; None where any may."""
        return read_sync(environment()).stale_after

    @property
    def variables(self) -> dict[str, object]:
        """What the gates must know of it, as the build's variables."""
        return read_sync(environment()).variables
