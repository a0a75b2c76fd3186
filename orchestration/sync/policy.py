"""When a sync may send: the mode, the day it went live, and how much it may move."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from orchestration.gates import Limits, read_limits
from orchestration.resources.live_since import LiveSince, since
from orchestration.sync.values import GateRow, Mode, Publication


class NotReadyForLiveError(Exception):
    """Stop: live mode was asked for without saying from when it may act, or on old numbers."""


@dataclass(frozen=True)
class Policy:
    """
    The configuration of every sync.

    `live_since` maps store and action (either may be `*`) to the instant before which nothing is
    touched; the nearer name counts, the store's before the action's. Numbers older than
    `stale_after` are not acted on; None is for a clock that is not the real one.
    """

    mode: Mode = Mode.DRY
    live_since: LiveSince = field(default_factory=dict)
    limits: Mapping[str, Limits] = field(default_factory=read_limits)
    stale_after: timedelta | None = None

    def since(self, store: str, action: str) -> datetime | None:
        """Return when the store went live for the action, or nothing if it did not."""
        return since(self.live_since, store=store, action=action)

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

    def refuse_stale(self, publication: Publication, *, now: datetime) -> None:
        """Raise where the publication does not know what has happened lately."""
        if self.mode is Mode.DRY or self.stale_after is None:
            return
        if now - publication.known_until > self.stale_after:
            hours = self.stale_after.total_seconds() / 3600
            raise NotReadyForLiveError(
                f"publication {publication.id} knows what happened until"
                f" {publication.known_until:%Y-%m-%d %H:%M} UTC, more than {hours:g} hours ago:"
                " run the reconciliation again before anything is sent"
            )

    def is_before_go_live(self, row: GateRow) -> bool:
        """Whether the case is older than the store's going live, or of unknown age."""
        begins = self.since(row.store, row.action)
        return begins is not None and (row.requested_at is None or row.requested_at < begins)
