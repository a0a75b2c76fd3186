"""Every setting: its name, its default, and what to do where it is missing or cannot be."""

import base64
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from dotenv import dotenv_values

from orchestration.extract.netsuite.inspection import CUSTOM_RECORD, parse_inspected_by
from orchestration.landing.store import LandingError, open_landing
from orchestration.resources.inventory_methods import parse_late_stores
from orchestration.resources.live_since import LiveSince, as_variable, parse_live_since

Environment = Mapping[str, str]

LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})
API_VERSION = re.compile(r"20\d\d-(01|04|07|10)")
STORE_KEY = re.compile(r"[a-z][a-z0-9_]*")
MEMORY = re.compile(r"[1-9]\d*(\.\d+)? ?[MG]i?B")
CONCURRENCY = re.compile(r"[1-9]\d?|([1-9]\d?|100)%")
SYNC_MODES = ("dry", "live")
SHORTEST_SECRET = 32
DAGSTER_URL = "DAGSTER_POSTGRES_URL"


class SettingsError(ValueError):
    """Settings are missing or cannot be right; the message names each, with its remedy."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("\n".join(["settings (environment or .env):", *problems]))
        self.problems = tuple(problems)


@dataclass(frozen=True)
class HomeSettings:
    """
    Where all state lives, how many publications are kept, and what memory a build may take.

    `landing` is a folder or the address of a store; what its client is to find in the environment
    are the `client_settings`. Without a `dagster_url` Dagster keeps its runs in the home.
    """

    path: Path
    landing: str
    publications_kept: int
    memory_limit: str
    ledger_url: str = field(repr=False)
    dagster_url: str = field(repr=False, default="")
    client_settings: Mapping[str, str] = field(repr=False, default_factory=dict)

    @property
    def scratch(self) -> Path:
        """Where batches for a store are made before they are put there."""
        return self.path / "uploading"


@dataclass(frozen=True)
class StoreSettings:
    """
    How one store is reached: by an access token, or by client credentials that fetch tokens.

    Whichever of the two is not configured is empty.
    """

    key: str
    url: str
    api_version: str
    access_token: str = field(repr=False)
    client_id: str = ""
    client_secret: str = field(repr=False, default="")
    in_flight: int = 1
    bulk_from: int | None = None
    sweep_orders: int = 5000


@dataclass(frozen=True)
class NetSuiteSettings:
    """
    How the ERP is reached, and the account's names for the fields that tie it to a store.

    A certificate's key signs for tokens; or, the older way, two secrets sign every request.
    Whichever of the two is not configured is empty. `concurrency` is a number of queries at
    once, or a percentage of what the account allows.
    """

    url: str
    account_id: str
    client_id: str
    certificate_id: str
    consumer_key: str
    token_id: str
    order_field: str
    return_field: str
    line_field: str
    status_field: str
    inspected_by: frozenset[str]
    concurrency: str
    private_key: str = field(repr=False)
    consumer_secret: str = field(repr=False)
    token_secret: str = field(repr=False)


@dataclass(frozen=True)
class CustomerSettings:
    """What customers' e-mails are hashed with; with another secret everyone gets another key."""

    secret: str = field(repr=False)


@dataclass(frozen=True)
class SyncSettings:
    """
    Whether syncs send, since when they may, and which stores dispose of units late.

    `limits_file` is a table in place of the project's own limits, None for that.
    """

    mode: str
    live_since: LiveSince
    late_stores: frozenset[str] = frozenset()
    limits_file: Path | None = None

    @property
    def variables(self) -> dict[str, object]:
        """What of it the gates must know, as the build's variables."""
        return {
            "sync_live_since": as_variable(self.live_since),
            "late_disposition_stores": sorted(self.late_stores),
        }


@dataclass(frozen=True)
class PostSettings:
    """Who carries letters: a mail server or a receiver of webhooks, for customers and for us."""

    smtp_url: str = field(repr=False)
    sender: str
    unsubscribe: str
    opt_out_tag: str
    webhook_url: str
    webhook_secret: str = field(repr=False)
    alert_address: str
    alert_webhook_url: str
    alert_webhook_secret: str = field(repr=False)


def environment() -> dict[str, str]:
    """Return the settings as they are now: those of .env, under those of the environment."""
    written = {name: value for name, value in dotenv_values(".env").items() if value is not None}
    return {**written, **os.environ}


def is_configured(env: Environment) -> bool:
    """Whether any store or the ERP is named; without either, the sandbox stands in."""
    return bool(env.get("SHOPIFY_STORES") or env.get("NETSUITE_URL"))


def read_home(env: Environment) -> HomeSettings:
    """Return where state lives."""
    reader = _Reader(env)
    path = Path(env.get("RETURNS_HOME") or "data").absolute()
    kept = reader.whole_number("RETURNS_PUBLICATIONS_KEPT", default=10)
    memory_limit = env.get("RETURNS_MEMORY_LIMIT") or "3GB"
    if not MEMORY.fullmatch(memory_limit):
        reader.problem("RETURNS_MEMORY_LIMIT", "say how much in MB, MiB, GB or GiB, such as 3GB")
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
    ledger_url = env.get("LEDGER_URL") or f"sqlite:///{path / 'ledger.sqlite'}"
    return HomeSettings(
        path=path,
        landing=landing,
        client_settings={name: env[name] for name in env if name.startswith("AWS_")},
        publications_kept=kept,
        memory_limit=memory_limit,
        ledger_url=ledger_url,
        # The driver that Dagster's storage is written for.
        dagster_url=where and f"postgresql+psycopg2://{where}",
    )


def read_stores(env: Environment) -> tuple[StoreSettings, ...]:
    """Return every store."""
    reader = _Reader(env)
    listed = reader.required("SHOPIFY_STORES", "the keys of your stores, such as us,uk")
    version = env.get("SHOPIFY_API_VERSION") or "2026-07"
    if not API_VERSION.fullmatch(version):
        reader.problem("SHOPIFY_API_VERSION", f"{version!r} is no version, such as 2026-07")
    stores = []
    for key in filter(None, (part.strip() for part in listed.split(","))):
        if not STORE_KEY.fullmatch(key):
            reader.problem("SHOPIFY_STORES", f"{key!r} is no key: lower-case letters and digits")
            continue
        stores.append(_read_store(reader, key, version=version))
    reader.raise_problems()
    return tuple(stores)


def _read_store(reader: "_Reader", key: str, *, version: str) -> StoreSettings:
    name = f"SHOPIFY_{key.upper()}"
    url = reader.url(f"{name}_URL", "the store's address, https://<shop>.myshopify.com")
    client_id = reader.optional(f"{name}_CLIENT_ID")
    # The secret alone is of use too: webhooks are signed with it.
    secret = reader.secret(f"{name}_CLIENT_SECRET", "the app's client secret" if client_id else "")
    if client_id and reader.has_secret(f"{name}_ACCESS_TOKEN"):
        reader.problem(f"{name}_ACCESS_TOKEN", f"is set beside {name}_CLIENT_ID; remove one")
    wanted = "" if client_id else f"the app's Admin API access token, or set {name}_CLIENT_ID"
    token = reader.secret(f"{name}_ACCESS_TOKEN", wanted)
    in_flight = reader.whole_number("SHOPIFY_IN_FLIGHT", default=8)
    bulk_from = reader.whole_number("SHOPIFY_BULK_FROM", default=10_000)
    sweep = reader.whole_number("SHOPIFY_SWEEP_ORDERS", default=5000)
    return StoreSettings(key, url, version, token, client_id, secret, in_flight, bulk_from, sweep)


def read_netsuite(env: Environment) -> NetSuiteSettings:
    """Return the ERP."""
    reader = _Reader(env)
    inspected_by: frozenset[str] = frozenset()
    try:
        inspected_by = parse_inspected_by(env.get("NETSUITE_INSPECTED_BY") or CUSTOM_RECORD)
    except ValueError as error:
        reader.problem("NETSUITE_INSPECTED_BY", str(error))
    is_legacy = bool(reader.optional("NETSUITE_CONSUMER_KEY"))
    url = reader.url("NETSUITE_URL", "https://<account>.suitetalk.api.netsuite.com")
    if is_legacy and reader.optional("NETSUITE_CLIENT_ID"):
        reader.problem("NETSUITE_CONSUMER_KEY", "is set beside NETSUITE_CLIENT_ID; remove one")
    concurrency = reader.optional("NETSUITE_CONCURRENCY") or "40%"
    if not CONCURRENCY.fullmatch(concurrency):
        reader.problem("NETSUITE_CONCURRENCY", "is no whole number and no percentage, as 40%")

    def modern(what: str) -> str:
        return "" if is_legacy else what

    def legacy(what: str) -> str:
        return what if is_legacy else ""

    settings = NetSuiteSettings(
        url=url,
        account_id=reader.optional("NETSUITE_ACCOUNT_ID") or account_of(url),
        client_id=reader.wanted("NETSUITE_CLIENT_ID", modern("the integration's client id")),
        certificate_id=reader.wanted(
            "NETSUITE_CERTIFICATE_ID", modern("the id NetSuite gave the uploaded certificate")
        ),
        private_key=reader.secret(
            "NETSUITE_PRIVATE_KEY", modern("the PEM text of the certificate's private key")
        ),
        consumer_key=reader.optional("NETSUITE_CONSUMER_KEY"),
        consumer_secret=reader.secret(
            "NETSUITE_CONSUMER_SECRET", legacy("the integration's consumer secret")
        ),
        token_id=reader.wanted("NETSUITE_TOKEN_ID", legacy("the id of the user's token")),
        token_secret=reader.secret("NETSUITE_TOKEN_SECRET", legacy("the token's secret")),
        order_field=reader.optional("NETSUITE_ORDER_FIELD") or "otherrefnum",
        return_field=reader.optional("NETSUITE_RETURN_FIELD") or "custbody_storefront_return_id",
        line_field=reader.optional("NETSUITE_LINE_FIELD") or "custcol_storefront_line_id",
        inspected_by=inspected_by,
        concurrency=concurrency,
        status_field=reader.optional("NETSUITE_STATUS_FIELD"),
    )
    reader.raise_problems()
    return settings


def read_customers(env: Environment) -> CustomerSettings:
    """Return how customers are hashed: with a secret, written out or in a file."""
    reader = _Reader(env)
    secret = reader.secret("CUSTOMER_SECRET", "")
    if len(secret) < SHORTEST_SECRET:
        reader.problem(
            "CUSTOMER_SECRET",
            f"is missing or shorter than {SHORTEST_SECRET} characters; set it (or"
            " CUSTOMER_SECRET_FILE) to a random text, such as `openssl rand -hex 32` makes, and"
            " keep it: e-mails are hashed with it before they land",
        )
    reader.raise_problems()
    return CustomerSettings(secret=secret)


def account_of(url: str) -> str:
    """Return the account's id as the ERP writes it: 123456_SB1 for the host 123456-sb1."""
    host = urlsplit(url).hostname or ""
    return host.partition(".")[0].upper().replace("-", "_")


def read_sync(env: Environment) -> SyncSettings:
    """Return how syncs act; without a word they send nothing."""
    reader = _Reader(env)
    mode = env.get("SYNC_MODE") or SYNC_MODES[0]
    if mode not in SYNC_MODES:
        reader.problem("SYNC_MODE", f"{mode!r} is neither dry nor live")
    live_since: LiveSince = {}
    try:
        live_since = parse_live_since(env.get("SYNC_LIVE_SINCE") or "")
    except ValueError as error:
        reader.problem("SYNC_LIVE_SINCE", str(error))
    late_stores: frozenset[str] = frozenset()
    try:
        listed = env.get("SHOPIFY_STORES") or ""
        stores = [key.strip() for key in listed.split(",") if key.strip()]
        late_stores = parse_late_stores(env.get("SYNC_INVENTORY_METHOD") or "", stores=stores)
    except ValueError as error:
        reader.problem("SYNC_INVENTORY_METHOD", str(error))
    limits = reader.optional("SYNC_LIMITS")
    limits_file = Path(limits).absolute() if limits else None
    if limits_file and not limits_file.is_file():
        reader.problem("SYNC_LIMITS", f"names no file: {limits_file}; check the path")
    reader.raise_problems()
    return SyncSettings(mode, live_since, late_stores, limits_file)


def read_post(env: Environment) -> PostSettings:
    """Return who carries notices and alerts; with neither, none are sent."""
    reader = _Reader(env)
    smtp_url, webhook_url = env.get("SMTP_URL") or "", env.get("NOTIFY_WEBHOOK_URL") or ""
    alerts_url = env.get("ALERT_WEBHOOK_URL") or ""
    if smtp_url and urlsplit(smtp_url).scheme not in {"smtp", "smtps"}:
        reader.problem("SMTP_URL", "is not written smtps://user:password@host or smtp://host")
    if smtp_url:
        reader.required("NOTIFY_FROM", "the address that letters come from")
    settings = PostSettings(
        smtp_url=smtp_url,
        sender=env.get("NOTIFY_FROM") or "",
        unsubscribe=env.get("NOTIFY_UNSUBSCRIBE") or "",
        opt_out_tag=env.get("NOTIFY_OPT_OUT_TAG") or "no-return-notices",
        webhook_url=webhook_url and reader.url("NOTIFY_WEBHOOK_URL", "an https address"),
        webhook_secret=reader.shared_secret("NOTIFY_WEBHOOK_SECRET", needed_by=webhook_url),
        alert_address=env.get("ALERT_EMAIL") or "",
        alert_webhook_url=alerts_url and reader.url("ALERT_WEBHOOK_URL", "an https address"),
        alert_webhook_secret=reader.shared_secret("ALERT_WEBHOOK_SECRET", needed_by=alerts_url),
    )
    if settings.alert_address and not smtp_url:
        reader.problem("ALERT_EMAIL", "needs SMTP_URL, the server that sends it")
    reader.raise_problems()
    return settings


def read_all_problems(env: Environment) -> list[str]:
    """Return what is wrong with any setting, each with its remedy; nothing where all is well."""
    problems: list[str] = []
    reads = (read_home, read_stores, read_customers, read_netsuite, read_sync, read_post)
    for read in reads:
        try:
            read(env)
        except SettingsError as error:
            problems += error.problems
    return problems


class _Reader:
    """Reads settings and gathers what is wrong with them, to tell all of it at once."""

    def __init__(self, env: Environment) -> None:
        self._env = env
        self._problems: list[str] = []

    def problem(self, name: str, what: str) -> None:
        self._problems.append(f"{name}: {what}")

    def raise_problems(self) -> None:
        if self._problems:
            raise SettingsError(self._problems)

    def required(self, name: str, what: str) -> str:
        value = self._env.get(name, "").strip()
        if not value:
            self.problem(name, f"is missing; set it to {what}")
        return value

    def wanted(self, name: str, what: str) -> str:
        """Return a value that is required where it is said what it is."""
        return self.required(name, what) if what else self.optional(name)

    def optional(self, name: str) -> str:
        return self._env.get(name, "").strip()

    def has_secret(self, name: str) -> bool:
        return bool(self.optional(name) or self.optional(f"{name}_FILE"))

    def secret(self, name: str, what: str) -> str:
        """Return a secret's text, or that of the file that `<name>_FILE` names."""
        value, file = self.optional(name), self.optional(f"{name}_FILE")
        if value and file:
            self.problem(name, f"is set beside {name}_FILE; remove one")
        elif file:
            value = self._text_of(f"{name}_FILE", Path(file))
        if not value and not file and what:
            self.problem(name, f"is missing; set it, or {name}_FILE to a file of it: {what}")
        return value

    def _text_of(self, name: str, file: Path) -> str:
        try:
            text = file.read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError):
            text = ""
        if not text:
            self.problem(name, "names no readable file with a text in it; check path and rights")
        return text

    def url(self, name: str, what: str) -> str:
        value = self.required(name, what).rstrip("/")
        parts = urlsplit(value)
        is_safe = parts.scheme == "https" or parts.hostname in LOOPBACK
        if value and not (is_safe and parts.hostname):
            self.problem(name, f"is no https address; set it to {what}")
        return value

    def shared_secret(self, name: str, *, needed_by: str) -> str:
        if not needed_by:
            return ""
        value = self.secret(name, "the secret shared with the receiver, whsec_ and base64")
        try:
            base64.b64decode(value.removeprefix("whsec_"), validate=True)
        except ValueError:
            self.problem(name, "is not whsec_ followed by base64")
        return value

    def whole_number(self, name: str, *, default: int) -> int:
        value = self._env.get(name, "").strip() or str(default)
        if not value.isdigit() or int(value) == 0:
            self.problem(name, "is not a whole number above zero")
            return default
        return int(value)
