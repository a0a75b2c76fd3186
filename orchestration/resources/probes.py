"""Both systems looked at before they are read, and what the ERP can do kept for its reader."""

from collections.abc import Iterator
from pathlib import Path

from orchestration.extract.findings import Finding, looked
from orchestration.extract.http import Clock
from orchestration.extract.netsuite import probes as erp
from orchestration.extract.netsuite.capabilities import probe
from orchestration.extract.netsuite.endpoint import Endpoint
from orchestration.extract.shopify import probes as storefront
from orchestration.resources.capabilities import keep_capabilities
from orchestration.resources.netsuite import fields_of, open_account
from orchestration.resources.settings import NetSuiteSettings, StoreSettings
from orchestration.resources.shopify import open_shop


def look_at_store(store: StoreSettings) -> Iterator[Finding]:
    """Yield what is found of one store."""

    def look() -> Iterator[Finding]:
        with open_shop(store) as http:
            yield from storefront.Look(
                http, api_version=store.api_version, source=f"store {store.key}", clock=Clock()
            ).findings()

    yield from looked("token", look)


def look_at_erp(settings: NetSuiteSettings, *, home: Path) -> Iterator[Finding]:
    """Yield what is found of the ERP, and keep what it can do in the home folder."""

    def look() -> Iterator[Finding]:
        clock = Clock()
        with open_account(settings) as http:
            account = erp.Look(
                http, fields=fields_of(settings), concurrency=settings.concurrency, clock=clock
            )
            findings = list(account.findings())
            yield from findings
            if len(findings) > 1:
                yield from _features(account.endpoint, home=home, clock=clock)

    yield from looked("login", look)


def _features(endpoint: Endpoint, *, home: Path, clock: Clock) -> Iterator[Finding]:
    capabilities = probe(endpoint, at=clock.now())
    keep_capabilities(home, capabilities)
    yield from erp.feature_findings(capabilities)
