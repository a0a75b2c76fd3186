"""How far a long pull has come, said now and then, with an estimate of what is left."""

import threading
from collections.abc import Callable
from dataclasses import dataclass

from orchestration.extract.http import Clock

Tell = Callable[[str], None]
EVERY_SECONDS = 10.0


def silent(_: str) -> None:
    """Tell nobody."""


@dataclass(frozen=True)
class Progress:
    """`done` of about `expected` after so many seconds; `expected` None where nobody knows."""

    what: str
    done: int
    expected: int | None
    seconds: float

    def __str__(self) -> str:
        """Return it as a person says it."""
        if not self.expected or self.expected < self.done:
            return f"{self.what}: {self.done:,} in {_span(self.seconds)}"
        said = f"{self.what}: {self.done:,} of about {self.expected:,} in {_span(self.seconds)}"
        if not self.done:
            return said
        left = self.seconds * (self.expected - self.done) / self.done
        return f"{said}, about {_span(left)} left"


class Meter:
    """Counts what has been read, from any thread, and tells of it every ten seconds."""

    def __init__(
        self, what: str, *, clock: Clock, tell: Tell, expected: int | None = None
    ) -> None:
        self._what, self._expected = what, expected
        self._clock, self._tell = clock, tell
        self._lock = threading.Lock()
        self._done = 0
        self._started = self._told = clock.ticks()

    def expect(self, count: int | None) -> None:
        """Take in how many there will be, once that is known."""
        self._expected = count

    def add(self, count: int) -> None:
        """Count so many more."""
        self._count(lambda done: done + count)

    def reach(self, count: int) -> None:
        """Set the count to what the source says of itself."""
        self._count(lambda _: count)

    def _count(self, change: Callable[[int], int]) -> None:
        with self._lock:
            self._done = change(self._done)
            now = self._clock.ticks()
            if now - self._told < EVERY_SECONDS:
                return
            self._told = now
            progress = Progress(self._what, self._done, self._expected, now - self._started)
        self._tell(str(progress))


def _span(seconds: float) -> str:
    if seconds < 90:
        return f"{seconds:.0f} s"
    if seconds < 90 * 60:
        return f"{seconds / 60:.0f} min"
    return f"{seconds / 3600:.1f} h"
