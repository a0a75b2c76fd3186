"""Where the publications and the decisions are, who is here, and when numbers are stale."""

import os
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

from dotenv import dotenv_values


@dataclass(frozen=True)
class Settings:
    """A day and two hours: a daily run may be late once without crying wolf."""

    home: Path
    ledger_url: str = field(repr=False)
    user: str = ""
    stale_after: timedelta = timedelta(hours=26)

    @property
    def published(self) -> Path:
        """The folder of publications and of the pointer to the current one."""
        return self.home / "published"


def settings() -> Settings:
    """Return the settings as they are now: those of .env, under those of the environment."""
    found = {**dotenv_values(".env"), **os.environ}
    home = Path(found.get("RETURNS_HOME") or "data")
    ledger = found.get("LEDGER_URL") or f"sqlite:///{home.absolute() / 'ledger.sqlite'}"
    return Settings(home=home, ledger_url=ledger, user=found.get("DASHBOARD_USER") or "")
