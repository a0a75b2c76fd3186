"""How fast a store may be asked: by the points each answer says are left."""

from orchestration.extract.http import Clock
from orchestration.extract.shopify.envelope import Cost


class Pace:
    """
    Waits before a request until the store's bucket can pay for it.

    Nothing about the bucket is assumed: its level and its restore rate are those of the last
    answer, and a query is held to cost what the last one was.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._ready_at = 0.0

    def wait(self) -> None:
        """Sleep until the next request is affordable."""
        seconds = self._ready_at - self._clock.ticks()
        if seconds > 0:
            self._clock.sleep(seconds)

    def learn(self, cost: Cost) -> None:
        """Take over what an answer says of the bucket."""
        self._ready_at = self._clock.ticks() + seconds_until_affordable(cost)


def seconds_until_affordable(cost: Cost) -> float:
    """Return how long the bucket needs until it can pay the same query again."""
    throttle = cost.throttle
    if throttle is None or cost.requested is None or throttle.restore_rate <= 0:
        return 0.0
    needed = min(cost.requested, throttle.maximum or cost.requested)
    return max(needed - throttle.available, 0.0) / throttle.restore_rate
