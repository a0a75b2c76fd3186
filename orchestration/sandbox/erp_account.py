"""How an account is set up: what differs between two customers of the same ERP."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

DATE_FORMATS = {
    "M/D/YYYY": "{0.month}/{0.day}/{0.year}",
    "D/M/YYYY": "{0.day}/{0.month}/{0.year}",
    "DD-Mon-YYYY": "{0:%d-%b-%Y}",
    "YYYY-MM-DD": "{0:%Y-%m-%d}",
}
DATE_PATTERNS = {
    "M/D/YYYY": "%m/%d/%Y",
    "D/M/YYYY": "%d/%m/%Y",
    "DD-Mon-YYYY": "%d-%b-%Y",
    "YYYY-MM-DD": "%Y-%m-%d",
}


@dataclass(frozen=True)
class Account:
    """
    Preferences, features and permissions, as far as a client can tell.

    `lacks` names records, or `record.column`, that a feature or the role leaves out; of `hides`,
    types of document, the role shows no rows and says nothing. The default zone is not UTC, so
    that a client which forgets SYS_EXTRACT_UTC is found out.
    """

    account_id: str = "SANDBOX_SB1"
    zone: str = "America/Phoenix"
    date_format: str = "M/D/YYYY"
    has_capital_names: bool = False
    clock_ahead: timedelta = timedelta(0)
    lacks: frozenset[str] = frozenset()
    hides: frozenset[str] = frozenset()
    concurrency: int = 5
    is_administrator: bool = True

    def __post_init__(self) -> None:
        """Refuse a zone or a format that does not exist."""
        ZoneInfo(self.zone)
        DATE_FORMATS[self.date_format]

    def shown(self, day: date) -> str:
        """Return a day as a user of the account reads it."""
        return DATE_FORMATS[self.date_format].format(day)

    def day(self, text: str) -> date:
        """Read a day as a user of the account writes it; raises ValueError for any other text."""
        return datetime.strptime(text, DATE_PATTERNS[self.date_format]).date()  # noqa: DTZ007
