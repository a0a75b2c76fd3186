"""How fast a store may be asked: by the points each answer says are left."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from orchestration.extract.http import Clock
from orchestration.extract.shopify.envelope import Cost, ThrottleStatus


class Pace:
    """
    Waits before a request until the store's bucket can pay for it; threads share one.

    Nothing about the bucket is assumed: its level, its size and its restore rate are those of
    the last answer, and a document is held to cost what it last did. Points of requests that are
    on their way count as spent, so that several in flight use what is restored and no more.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._costs: dict[str, float] = {}
        self._bucket: ThrottleStatus | None = None
        self._known_at = 0.0
        self._held_until = 0.0
        self._on_their_way = 0.0

    @contextmanager
    def turn(self, document: str) -> Iterator[None]:
        """Sleep until a request with this document is affordable, and hold its points."""
        points = self._take(document)
        try:
            yield
        finally:
            with self._lock:
                self._on_their_way -= points

    def learn(self, document: str, cost: Cost) -> None:
        """Take over what an answer says of the bucket and of its own price."""
        with self._lock:
            if cost.requested is not None:
                self._costs[document] = cost.requested
            if cost.throttle is not None:
                self._bucket, self._known_at = cost.throttle, self._clock.ticks()

    def hold(self, seconds: float) -> None:
        """Let nobody ask for so long: the source said so."""
        with self._lock:
            self._held_until = max(self._held_until, self._clock.ticks() + seconds)

    def _take(self, document: str) -> float:
        while True:
            with self._lock:
                points = self._costs.get(document, 0.0)
                seconds = self._seconds_until(points)
                if seconds <= 0:
                    self._on_their_way += points
                    return points
            self._clock.sleep(seconds)

    def _seconds_until(self, points: float) -> float:
        now = self._clock.ticks()
        held = self._held_until - now
        bucket = self._bucket
        if bucket is None or bucket.restore_rate <= 0:
            return held
        restored = bucket.available + (now - self._known_at) * bucket.restore_rate
        level = min(restored, bucket.maximum or restored) - self._on_their_way
        needed = min(points, bucket.maximum or points)
        return max(held, (needed - level) / bucket.restore_rate)


def seconds_until_affordable(cost: Cost) -> float:
    """Return how long the bucket needs until it can pay the same query again."""
    throttle = cost.throttle
    if throttle is None or cost.requested is None or throttle.restore_rate <= 0:
        return 0.0
    needed = min(cost.requested, throttle.maximum or cost.requested)
    return max(needed - throttle.available, 0.0) / throttle.restore_rate
