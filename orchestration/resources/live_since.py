"""From when each store and action may be touched: one rule for the gates and for the senders."""

import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime

EVERY = "*"
NAME = re.compile(r"\*|[a-z][a-z0-9_]*")

# By store and action; either may be EVERY.
LiveSince = Mapping[tuple[str, str], datetime]


def parse_live_since(text: str) -> LiveSince:
    """
    Return the days of going live from `store/action=2026-11-01,store/*=2026-11-15T08:00:00Z`.

    A day without a time or zone begins at midnight UTC. Raises ValueError, naming the item.
    """
    found = {}
    for item in filter(None, (part.strip() for part in text.split(","))):
        where, is_dated, when = item.partition("=")
        store, _, action = where.strip().partition("/")
        if not (is_dated and NAME.fullmatch(store) and NAME.fullmatch(action)):
            raise ValueError(f"{item!r} is not written store/action=date")
        try:
            instant = datetime.fromisoformat(when.strip())
        except ValueError as error:
            raise ValueError(f"{item!r} has no date like 2026-11-01") from error
        found[store, action] = instant if instant.tzinfo else instant.replace(tzinfo=UTC)
    return found


def nearest_first(live_since: LiveSince) -> Iterator[tuple[str, str, datetime]]:
    """Yield store, action and instant; of those that fit, the first counts: the store's own."""
    for store, action in sorted(live_since, key=lambda name: [part == EVERY for part in name]):
        yield store, action, live_since[store, action]


def since(live_since: LiveSince, *, store: str, action: str) -> datetime | None:
    """Return when the store went live for the action, or nothing if it did not."""
    for of_store, of_action, instant in nearest_first(live_since):
        if of_store in {store, EVERY} and of_action in {action, EVERY}:
            return instant
    return None


def as_variable(live_since: LiveSince) -> list[dict[str, str]]:
    """Return the days as the build's variable `sync_live_since`, nearest first."""
    return [
        {"store": store, "action": action, "since": instant.astimezone(UTC).isoformat()}
        for store, action, instant in nearest_first(live_since)
    ]
