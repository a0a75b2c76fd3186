"""Where the publications and the decisions are, who is let in, and when numbers are stale."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

from dotenv import dotenv_values

from dashboard.access import AccessRules, Role

Found = Mapping[str, str | None]


class UnusableSettingError(ValueError):
    """A setting of the dashboard cannot be right; the message names it and what it may be."""


@dataclass(frozen=True)
class Settings:
    """A day and two hours: a daily run may be late once without crying wolf."""

    home: Path
    ledger_url: str = field(repr=False)
    user: str = ""
    contact: str = ""
    access: AccessRules = field(default_factory=AccessRules)
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
        contact=found.get("DASHBOARD_CONTACT") or "",
        access=_access(found),
        customer_secret=_customer_secret(found),
    )


def _access(found: Found) -> AccessRules:
    defaults = AccessRules()
    return AccessRules(
        name_claim=found.get("DASHBOARD_NAME_CLAIM") or defaults.name_claim,
        role_claim=found.get("DASHBOARD_ROLE_CLAIM") or defaults.role_claim,
        called=_called(found.get("DASHBOARD_ROLES") or "") or defaults.called,
    )


def _called(text: str) -> dict[Role, frozenset[str]]:
    """What the provider calls each role: `approver=finance-leads,analyst=finance`."""
    called: dict[Role, frozenset[str]] = {}
    for pair in filter(None, (pair.strip() for pair in text.split(","))):
        role, _, value = (part.strip() for part in pair.partition("="))
        if role not in list(Role) or not value:
            raise UnusableSettingError(
                f"DASHBOARD_ROLES: `{pair}` is no role=value; the roles are {', '.join(Role)}"
            )
        called[Role(role)] = called.get(Role(role), frozenset()) | {value}
    return called


def _customer_secret(found: Found) -> str:
    """What customers' e-mails were hashed with: written out, or alone in a file."""
    said = (found.get("CUSTOMER_SECRET") or "").strip()
    file = found.get("CUSTOMER_SECRET_FILE")
    if said or not file or not Path(file).is_file():
        return said
    return Path(file).read_text(encoding="utf-8").strip()
