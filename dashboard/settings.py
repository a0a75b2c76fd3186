"""Where the publications and the decisions are, who is here, and when numbers are stale."""

import os
from collections.abc import Mapping
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
    customer_secret: str = field(default="", repr=False)
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
    return Settings(
        home=home,
        ledger_url=ledger,
        user=found.get("DASHBOARD_USER") or "",
        customer_secret=_customer_secret(found),
    )


def _customer_secret(found: Mapping[str, str | None]) -> str:
    """What customers' e-mails were hashed with: written out, or alone in a file."""
    said = (found.get("CUSTOMER_SECRET") or "").strip()
    file = found.get("CUSTOMER_SECRET_FILE")
    if said or not file or not Path(file).is_file():
        return said
    return Path(file).read_text(encoding="utf-8").strip()
