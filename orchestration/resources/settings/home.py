"""Where state lives."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from orchestration.landing.store import LandingError, open_landing
from orchestration.ledger import NO_ADDRESS, database_address
from orchestration.resources.settings.reader import Environment, Reader

MEMORY = re.compile(r"[1-9]\d*(\.\d+)? ?[MG]i?B")
LEDGER_URL, DAGSTER_URL = "LEDGER_URL", "DAGSTER_POSTGRES_URL"


@dataclass(frozen=True)
class HomeSettings:
    """
    Where all state lives, how many publications are kept, and what memory a build may take.

    Dagster's history of a run is kept for `history_days`; 0 keeps it for ever.

    `landing` is a folder or the address of a store; what its client is to find in the environment
    are the `client_settings`. Without a `dagster_url` Dagster keeps its runs in the home.
    """

    path: Path
    landing: str
    publications_kept: int
    memory_limit: str
    history_days: int
    ledger_url: str = field(repr=False)
    dagster_url: str = field(repr=False, default="")
    client_settings: Mapping[str, str] = field(repr=False, default_factory=dict)

    @property
    def scratch(self) -> Path:
        """Where batches for a store are made before they are put there."""
        return self.path / "uploading"


def read_home(env: Environment) -> HomeSettings:
    """Return where state lives."""
    reader = Reader(env)
    path = Path(env.get("RETURNS_HOME") or "data").absolute()
    kept = reader.whole_number("RETURNS_PUBLICATIONS_KEPT", default=10)
    history_days = reader.whole_number("RETURNS_HISTORY_DAYS", default=30, least=0)
    memory_limit = env.get("RETURNS_MEMORY_LIMIT") or "3GB"
    if not MEMORY.fullmatch(memory_limit):
        reader.problem("RETURNS_MEMORY_LIMIT", "say how much in MB, MiB, GB or GiB, such as 3GB")
    for name in (LEDGER_URL, DAGSTER_URL):
        if env.get(name) and database_address(env[name]) is None:
            reader.problem(name, f"is {NO_ADDRESS}")
    dagster_url = env.get(DAGSTER_URL) or ""
    kind, _, where = dagster_url.partition("://")
    if dagster_url and kind.partition("+")[0] not in ("postgresql", "postgres"):
        reader.problem(DAGSTER_URL, "write postgresql://user:password@host/database")
    landing = env.get("RETURNS_LANDING") or str(path / "landing")
    try:
        open_landing(landing)
    except LandingError as error:
        reader.problem("RETURNS_LANDING", str(error))
    reader.raise_problems()
    ledger_url = env.get(LEDGER_URL) or f"sqlite:///{path / 'ledger.sqlite'}"
    return HomeSettings(
        path=path,
        landing=landing,
        client_settings={name: env[name] for name in env if name.startswith("AWS_")},
        publications_kept=kept,
        memory_limit=memory_limit,
        history_days=history_days,
        ledger_url=ledger_url,
        # The driver that Dagster's storage is written for.
        dagster_url=where and f"postgresql+psycopg2://{where}",
    )
