"""The ready ERP client."""

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from functools import cache

import dagster as dg
import httpx

from orchestration.extract.http import Clock, RepeatRule
from orchestration.extract.netsuite import (
    ClientCredentials,
    Fields,
    NetSuiteClient,
    RecordClient,
    TokenBasedAuth,
    TokenCredentials,
    assertion_auth,
)
from orchestration.extract.netsuite.limits import pool_of, share_of
from orchestration.extract.progress import Tell, silent
from orchestration.resources.capabilities import known_capabilities
from orchestration.resources.http import open_http
from orchestration.resources.settings import (
    NetSuiteSettings,
    environment,
    read_home,
    read_netsuite,
)

TOKEN_PATH = "/services/rest/auth/oauth2/v1/token"  # noqa: S105 - an address, not a token
# A query may run long before its first byte; the account kills it after 15 minutes.
READ_SECONDS = 330.0


@contextmanager
def open_account(settings: NetSuiteSettings) -> Iterator[httpx.Client]:
    """Open what every question to the account goes through."""
    auth = auth_of(settings)
    with open_http(settings.url, auth=auth, read_seconds=READ_SECONDS) as http:
        yield http


@contextmanager
def open_netsuite(
    settings: NetSuiteSettings, *, lacks: Collection[str] = (), tell: Tell = silent
) -> Iterator[NetSuiteClient]:
    """
    Open the client of the account.

    It leaves out what the account `lacks`; `tell` hears of the progress of long pulls.
    """
    with open_account(settings) as http:
        yield NetSuiteClient(
            http,
            fields=fields_of(settings),
            lacks=lacks,
            width=width_of(settings),
            tell=tell,
        )


def fields_of(settings: NetSuiteSettings) -> Fields:
    """Return the account's own names of fields."""
    return Fields(
        order_field=settings.order_field,
        return_field=settings.return_field,
        line_field=settings.line_field,
        inspected_by=settings.inspected_by,
    )


@cache
def auth_of(settings: NetSuiteSettings) -> httpx.Auth:
    """One for all clients of this process: they share a token until it is renewed."""
    if settings.consumer_key:
        return TokenBasedAuth(
            TokenCredentials(
                account_id=settings.account_id,
                consumer_key=settings.consumer_key,
                token_id=settings.token_id,
                consumer_secret=settings.consumer_secret,
                token_secret=settings.token_secret,
            )
        )
    credentials = ClientCredentials(
        client_id=settings.client_id,
        certificate_id=settings.certificate_id,
        private_key=settings.private_key,
    )
    return assertion_auth(credentials, token_url=f"{settings.url}{TOKEN_PATH}")


@cache
def width_of(settings: NetSuiteSettings) -> int:
    """Asked once a process: an account's limit is part of its contract."""
    pool = None
    if settings.concurrency.endswith("%"):
        with open_account(settings) as http:
            pool = pool_of(http, clock=Clock(), rule=RepeatRule(attempts=2, total_seconds=10))
    return share_of(pool, settings.concurrency)


class NetSuiteResource(dg.ConfigurableResource[None]):
    """The configured ERP; settings are read anew at each use."""

    @property
    def is_configured(self) -> bool:
        """Whether an account is named."""
        return bool(environment().get("NETSUITE_URL"))

    @contextmanager
    def client(self, *, tell: Tell = silent) -> Iterator[NetSuiteClient]:
        """Open the client; `tell` hears of the progress of long pulls."""
        env = environment()
        with open_netsuite(read_netsuite(env), lacks=self.lacks, tell=tell) as client:
            yield client

    @property
    def lacks(self) -> frozenset[str]:
        """What the last look at the account missed; nothing before anybody looked."""
        known = known_capabilities(read_home(environment()).path)
        return known.lacks if known else frozenset()

    @contextmanager
    def records(self) -> Iterator[tuple[RecordClient, str]]:
        """Open the client of single records, and name the field for a return's stages."""
        settings = read_netsuite(environment())
        with open_account(settings) as http:
            yield RecordClient(http, fields=fields_of(settings)), settings.status_field
