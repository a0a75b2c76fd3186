"""How syncs act, as configured."""

import dagster as dg

from orchestration.resources.live_since import LiveSince
from orchestration.resources.settings import environment, read_sync


class SyncResource(dg.ConfigurableResource[None]):
    """Whether syncs send, and since when they may; read anew at each use."""

    @property
    def mode(self) -> str:
        """`dry` shows what would be sent, `live` sends it."""
        return read_sync(environment()).mode

    @property
    def live_since(self) -> LiveSince:
        """From when each store and action may be touched: what gates and senders both read."""
        return read_sync(environment()).live_since
