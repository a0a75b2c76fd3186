"""When a sync may send: the mode, the day it went live, and how much it may move."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import product

from orchestration.gates import LIMITS, Limits
from orchestration.sync.values import GateRow, Mode

EVERY = "*"


class NotReadyForLiveError(Exception):
    """Stop: live mode was asked for without saying from when it may act."""


@dataclass(frozen=True)
class Policy:
    """
    The configuration of every sync.

    `live_since` maps store and action (either may be `*`) to the instant before which nothing is
    touched; the nearer name counts, the store's before the action's.
    """

    mode: Mode = Mode.DRY
    live_since: Mapping[tuple[str, str], datetime] = field(default_factory=dict)
    limits: Mapping[str, Limits] = field(default_factory=lambda: LIMITS)

    def since(self, store: str, action: str) -> datetime | None:
        """Return when the store went live for the action, or nothing if it did not."""
        for name in product((store, EVERY), (action, EVERY)):
            if name in self.live_since:
                return self.live_since[name]
        return None

    def refuse_unprepared(self, action: str, stores: Iterable[str]) -> None:
        """Raise unless each of these stores has a live_since for the action."""
        if self.mode is Mode.DRY:
            return
        missing = sorted(store for store in set(stores) if self.since(store, action) is None)
        if missing:
            raise NotReadyForLiveError(
                f"SYNC_MODE=live, but {action} has no live_since for {', '.join(missing)}; set"
                f" SYNC_LIVE_SINCE={missing[0]}/{action}=<date>, or stay with SYNC_MODE=dry"
            )

    def is_before_go_live(self, row: GateRow) -> bool:
        """Whether the case is older than the store's going live, or of unknown age."""
        since = self.since(row.store, row.action)
        return since is not None and (row.requested_at is None or row.requested_at < since)


def parse_live_since(text: str) -> dict[tuple[str, str], datetime]:
    """
    Return the days of going live from `store/action=2026-11-01,store/*=2026-11-15T08:00:00Z`.

    A day without a time or zone begins at midnight UTC.
    """
    found = {}
    for item in filter(None, (part.strip() for part in text.split(","))):
        where, is_dated, when = item.partition("=")
        store, is_split, action = where.strip().partition("/")
        if not (is_dated and is_split and store and action):
            raise ValueError(f"SYNC_LIVE_SINCE: {item!r} is not written store/action=date")
        try:
            instant = datetime.fromisoformat(when.strip())
        except ValueError as error:
            raise ValueError(f"SYNC_LIVE_SINCE: {item!r} has no date like 2026-11-01") from error
        found[store, action] = instant if instant.tzinfo else instant.replace(tzinfo=UTC)
    return found
