"""How the ERP is reached."""

import re
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from orchestration.extract.netsuite.inspection import CUSTOM_RECORD, parse_inspected_by
from orchestration.resources.settings.reader import Environment, Reader

CONCURRENCY = re.compile(r"[1-9]\d?|([1-9]\d?|100)%")


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


def read_netsuite(env: Environment) -> NetSuiteSettings:
    """Return the ERP."""
    reader = Reader(env)
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


def account_of(url: str) -> str:
    """Return the account's id as the ERP writes it: 123456_SB1 for the host 123456-sb1."""
    host = urlsplit(url).hostname or ""
    return host.partition(".")[0].upper().replace("-", "_")
