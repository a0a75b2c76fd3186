"""Where the publications are, and from what age on their numbers are called stale."""

import os
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path


@dataclass(frozen=True)
class Settings:
    """A day and two hours: a daily run may be late once without crying wolf."""

    home: Path
    stale_after: timedelta = timedelta(hours=26)

    @property
    def published(self) -> Path:
        """The folder of publications and of the pointer to the current one."""
        return self.home / "published"


def settings() -> Settings:
    """Return the settings of this process; RETURNS_HOME is read at every call."""
    return Settings(home=Path(os.environ.get("RETURNS_HOME") or "data"))
