"""How syncs act."""

from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from orchestration.resources.inventory_methods import parse_late_stores
from orchestration.resources.live_since import LiveSince, as_variable, parse_live_since
from orchestration.resources.settings.reader import Environment, Reader

SYNC_MODES = ("dry", "live")
STALE_AFTER_HOURS = 26


@dataclass(frozen=True)
class SyncSettings:
    """
    Whether syncs send, since when they may, and which stores dispose of units late.

    `limits_file` is a table in place of the project's own limits, None for that; on numbers older
    than `stale_after` nothing is sent, None where their age does not matter.
    """

    mode: str
    live_since: LiveSince
    late_stores: frozenset[str] = frozenset()
    limits_file: Path | None = None
    stale_after: timedelta | None = timedelta(hours=STALE_AFTER_HOURS)

    @property
    def variables(self) -> dict[str, object]:
        """What of it the gates must know, as the build's variables."""
        return {
            "sync_live_since": as_variable(self.live_since),
            "late_disposition_stores": sorted(self.late_stores),
        }


def read_sync(env: Environment) -> SyncSettings:
    """Return how syncs act; without a word they send nothing."""
    reader = Reader(env)
    mode = env.get("SYNC_MODE") or SYNC_MODES[0]
    if mode not in SYNC_MODES:
        reader.problem("SYNC_MODE", f"{mode!r} is neither dry nor live")
    live_since: LiveSince = {}
    try:
        live_since = parse_live_since(env.get("SYNC_LIVE_SINCE") or "")
    except ValueError as error:
        reader.problem("SYNC_LIVE_SINCE", str(error))
    late_stores: frozenset[str] = frozenset()
    try:
        listed = env.get("SHOPIFY_STORES") or ""
        stores = [key.strip() for key in listed.split(",") if key.strip()]
        late_stores = parse_late_stores(env.get("SYNC_INVENTORY_METHOD") or "", stores=stores)
    except ValueError as error:
        reader.problem("SYNC_INVENTORY_METHOD", str(error))
    limits = reader.optional("SYNC_LIMITS")
    limits_file = Path(limits).absolute() if limits else None
    if limits_file and not limits_file.is_file():
        reader.problem("SYNC_LIMITS", f"names no file: {limits_file}; check the path")
    hours = reader.whole_number("SYNC_STALE_AFTER_HOURS", default=STALE_AFTER_HOURS, least=0)
    reader.raise_problems()
    stale_after = timedelta(hours=hours) if hours else None
    return SyncSettings(mode, live_since, late_stores, limits_file, stale_after)
