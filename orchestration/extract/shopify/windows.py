"""Windows of time that a search is narrowed to, and how a large one is split."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

SECOND = timedelta(seconds=1)


@dataclass(frozen=True)
class Window:
    """From `start`, included, to `end`, left out; None leaves a side open. Whole seconds."""

    start: datetime | None
    end: datetime | None = None

    def search(self, field: str) -> str:
        """Return the search text that keeps what lies within the window."""
        bounds = ((">=", self.start), ("<", self.end))
        return " ".join(f"{field}:{sign}'{_stamp(at)}'" for sign, at in bounds if at is not None)

    def split(self, parts: int) -> Iterator["Window"]:
        """Yield up to so many windows that cover a closed one; none is shorter than a second."""
        if self.start is None or self.end is None:
            raise ValueError("a window with an open side has no middle")
        seconds = int((self.end - self.start) / SECOND)
        parts = max(min(parts, seconds), 1)
        bounds = [self.start + SECOND * (seconds * part // parts) for part in range(parts)]
        for start, end in zip(bounds, [*bounds[1:], self.end], strict=True):
            yield Window(start, end)


def whole_second(at: datetime) -> datetime:
    """Return the second that an instant lies in."""
    return at.astimezone(UTC).replace(microsecond=0)


def _stamp(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
